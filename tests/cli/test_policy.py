"""The policy from a terminal."""

from pathlib import Path

import yaml

from tests.cli.conftest import Tocsin

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
