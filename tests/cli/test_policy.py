"""The policy from a terminal."""

from pathlib import Path

import yaml

from db.enums import Answer, Kind
from db.store import Store
from tests.cli.conftest import Tocsin, declare

OURS = """\
leadership:
  - {name: Mia, slack: U0MIA, email: mia@example.com}
severities:
  sev1: {review_due: 1d}
calendar: {holidays: [2026-12-25]}
"""


def test_what_is_shown_can_be_read_back(tocsin: Tocsin, desk: Path) -> None:
    (desk / "ours.yml").write_text(OURS)
    shown = tocsin("policy", "show", TOCSIN_POLICY="ours.yml", TOCSIN_TIMEZONE="Europe/Berlin").out
    (desk / "shown.yml").write_text(shown)
    assert tocsin("policy", "check", "shown.yml").out == "shown.yml is fine.\n"
    assert tocsin("policy", "show", TOCSIN_POLICY="shown.yml").out == shown
    policy = yaml.safe_load(shown)
    assert policy["severities"]["sev1"]["review_due"] == "1d"
    assert policy["severities"]["sev2"]["review_due"] == "5bd"
    assert policy["calendar"]["zone"] == "Europe/Berlin"


def test_check_takes_the_file_or_the_setting(tocsin: Tocsin, desk: Path) -> None:
    assert tocsin("policy", "check").out == "The built-in policy is fine.\n"
    (desk / "ours.yml").write_text(OURS)
    assert tocsin("policy", "check", TOCSIN_POLICY="ours.yml").out == "ours.yml is fine.\n"


def test_a_mistake_is_named_by_line_and_key(tocsin: Tocsin, desk: Path) -> None:
    (desk / "ours.yml").write_text("roles:\n  commander:\n    default: Mia\n")
    reply = tocsin("policy", "check", "ours.yml")
    assert reply.code == 2
    assert reply.said.startswith("ours.yml:3: roles.commander.default: expected a Slack user id")


def test_a_file_that_is_not_there(tocsin: Tocsin) -> None:
    reply = tocsin("policy", "check", "theirs.yml")
    assert reply.code == 2
    assert reply.said.startswith("theirs.yml: cannot be read (No such file or directory)")


def test_which_rule_was_followed_and_why_and_which_was_not(tocsin: Tocsin, desk: Path, books: Store) -> None:
    """A command looks at the rules as the bot does: in the transaction that declares."""
    (desk / "ours.yml").write_text(OURS)
    reply = tocsin("declare", "Strange logins", "--severity", "sev1", "--kind", "security", TOCSIN_POLICY="ours.yml")
    assert reply.code == 0
    rows = [line.split("\t") for line in tocsin("policy", "explain", "INC-1").out.splitlines()]
    assert [(row[0], row[2], row[3], row[4]) for row in rows] == [
        ("high", "followed", "high", "high = true"),
        (
            "customer-data",
            "followed",
            "kind == security and customer_data in [yes, unknown]",
            "customer_data = unknown, kind = security",
        ),
        (
            "personal-data",
            "waits for what is unknown: personal_data",
            "personal_data == yes",
            "personal_data = unknown",
        ),
        (
            "customers",
            "waits for what is unknown: service_affecting",
            "service_affecting == yes",
            "service_affecting = unknown",
        ),
    ]
    assert rows[0][1].startswith("20")
    assert rows[2][1] == "-"
    number = declare(books, kind=Kind.OPERATIONAL, service_affecting=Answer.NO)
    states = [line.split("\t")[2] for line in tocsin("policy", "explain", f"INC-{number}").out.splitlines()]
    assert states == ["does not hold", "does not hold", "waits for what is unknown: personal_data", "does not hold"]
    assert tocsin("policy", "explain", "INC-9").code == 1
