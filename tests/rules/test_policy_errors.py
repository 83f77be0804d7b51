"""What is wrong with a policy is said in one line: the file, the line, the key, and what is allowed."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadPolicy
from bot.policy import load
from bot.policy.builtin import defaults


@pytest.fixture
def complaint(tmp_path, monkeypatch):
    """What `load` says about a file `policy.yml` with this text."""
    monkeypatch.chdir(tmp_path)
    path = (tmp_path / "policy.yml").relative_to(tmp_path)

    def of(text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(BadPolicy) as bad:
            load(path)
        assert "\n" not in str(bad.value)
        return str(bad.value)

    return of


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "severities:\n  sev1:\n    high: yess\n",
            "policy.yml:3: severities.sev1.high: expected true or false, got 'yess'",
        ),
        (
            "severities: {sev1: {high: 'yes'}}",
            "policy.yml:1: severities.sev1.high: expected true or false, got 'yes'",
        ),
        ("severities: 3", "policy.yml:1: severities: expected keys and values, got 3"),
        ("severities:\n  sev1: high\n", "policy.yml:2: severities.sev1: expected keys and values, got 'high'"),
        ("severities: {sev1: {label: 1}}", "policy.yml:1: severities.sev1.label: expected text, got 1"),
        ("severities: {sev1: {label: }}", "policy.yml:1: severities.sev1.label: expected text, got nothing"),
        ("severities: {sev1: {label: ' '}}", "policy.yml:1: severities.sev1.label: expected one line of text, got ' '"),
        (
            'severities: {sev1: {meaning: "two\\nlines"}}',
            r"policy.yml:1: severities.sev1.meaning: expected one line of text, got 'two\nlines'",
        ),
        (
            "severities: {sev1: {emoji: red}}",
            "policy.yml:1: severities.sev1.emoji: expected an emoji by its name, such as \":red_circle:\", got 'red'",
        ),
        (
            "severities: {sev1: {review_due: 3}}",
            (
                "policy.yml:1: severities.sev1.review_due: "
                "expected a duration such as 90s, 15m, 4h, 3d or 5bd (business days), got 3"
            ),
        ),
        (
            "severities: {sev1: {review_due: 0d}}",
            "policy.yml:1: severities.sev1.review_due: expected a duration longer than nothing, got '0d'",
        ),
        (
            "severities: {sev1: {review_due: 3661d}}",
            "policy.yml:1: severities.sev1.review_due: expected a duration between nothing and ten years, got '3661d'",
        ),
        (
            "\nroles:\n  commander:\n    default: '@mia'\n",
            (
                "policy.yml:4: roles.commander.default: expected a Slack user id such as U0123ABCD "
                "(profile, three dots, Copy member ID), got '@mia'"
            ),
        ),
        (
            "leadership:\n  - {name: Mia, slack: U0MIA}\n  - {name: Bo}\n",
            "policy.yml:3: leadership[1]: name slack, email or both: how else would they be told?",
        ),
        (
            "leadership:\n  - name: Mia\n    email: mia@@example.com\n",
            (
                "policy.yml:3: leadership[0].email: expected an e-mail address such as mia@example.com, "
                "got 'mia@@example.com'"
            ),
        ),
        ("leadership: [{email: a@b.c}]", "policy.yml:1: leadership[0].name: missing; it has no default, name it"),
        ("leadership: {name: Mia}", "policy.yml:1: leadership: expected a list, got keys and values"),
        (
            "review: {chase: {cron: '0 9 * * funday'}}",
            (
                "policy.yml:1: review.chase.cron: cannot read 'funday' as weekday, which is 0-6 or sun-sat, "
                "got '0 9 * * funday'"
            ),
        ),
        (
            "review: {required: [blame]}",
            (
                "policy.yml:1: review.required[0]: expected 'impact', 'factors', 'went_well', 'went_badly', 'luck', "
                "'trigger', 'detection', 'prevention', 'actions' or 'timeline_read', got 'blame'"
            ),
        ),
        (
            "rooms: {prefix: 'Our incidents'}",
            (
                "policy.yml:1: rooms.prefix: expected the beginning of a channel name: lower-case letters, digits, - and _, "
                "at most 20, got 'Our incidents'"
            ),
        ),
        (
            "calendar: {zone: Europe/Atlantis}",
            "policy.yml:1: calendar.zone: expected an IANA time zone such as Europe/Berlin, got 'Europe/Atlantis'",
        ),
        (
            "calendar:\n  holidays:\n    - 2026-12-25\n    - christmas\n",
            "policy.yml:4: calendar.holidays[1]: expected a date such as 2026-12-25, got 'christmas'",
        ),
        (
            "calendar: {holidays: [20261225]}",
            "policy.yml:1: calendar.holidays[0]: expected a date such as 2026-12-25, got 20261225",
        ),
        ("calendar: soon", "policy.yml:1: calendar: expected keys and values, got 'soon'"),
    ],
)
def test_a_wrong_value(complaint, text, line):
    assert complaint(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "severities:\n  sev1:\n    hihg: true\n",
            (
                "policy.yml:3: severities.sev1.hihg: unknown key; did you mean 'high'? "
                "Allowed: label, meaning, emoji, high, review_required, review_due, targets"
            ),
        ),
        (
            "rolls: {}",
            (
                "policy.yml:1: rolls: unknown key; did you mean 'roles'? "
                "Allowed: leadership, escalation, roles, severities, customers, review, actions, report, trackers, risks, rooms, permissions, retention, backup, "
                "templates, frameworks, calendar"
            ),
        ),
        (
            "risks: {required: phase == review}",
            (
                "policy.yml:1: risks.required: at character 1: there is no fact 'phase'; there are severity, high, kind, "
                "customer_data, personal_data, service_affecting, private"
            ),
        ),
        (
            "risks: {asked: 7}",
            (
                "policy.yml:1: risks.asked: expected a condition such as 'severity in [sev1, sev2] and not drill', in quotes, "
                "got 7"
            ),
        ),
        ("risks: {high: 0}", "policy.yml:1: risks.high: expected a whole number of at least 1, got 0"),
        ("rooms: {xyz: 1}", "policy.yml:1: rooms.xyz: unknown key; allowed: prefix"),
        (
            "leadership: [{name: Mia, slak: U0MIA, email: a@b.c}]",
            "policy.yml:1: leadership[0].slak: unknown key; did you mean 'slack'? Allowed: name, slack, email, private",
        ),
        (
            "severities: {sev1: {targets: {comander: 5m}}}",
            (
                "policy.yml:1: severities.sev1.targets.comander: unknown key; did you mean 'commander'? "
                "Allowed: acknowledge, commander, update_every"
            ),
        ),
        (
            "severities:\n  sv1: {high: true}\n",
            (
                "policy.yml:2: severities.sv1.label: missing; 'sv1' is not built in (did you mean 'sev1'?), "
                "so name all of it (and 4 more)"
            ),
        ),
        (
            "roles: {Scribe: {label: Scribe, duty: Writes.}}",
            "policy.yml:1: roles.Scribe: expected a key of lower-case letters, digits, - and _, at most 32, got 'Scribe'",
        ),
        (
            "actions:\n  due:\n    sev9: 3d\n",
            "policy.yml:3: actions.due.sev9: no such severity; there are sev1, sev2, sev3, sev4",
        ),
        (
            "severities:\n  sev0: {label: a, meaning: b, emoji: ':c:', high: no, review_required: no, review_due: 1d}\n",
            "policy.yml:1: actions.due.sev0: missing; every severity needs a duration here, such as 30d",
        ),
    ],
)
def test_a_wrong_key(complaint, text, line):
    assert complaint(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("use: github", ": trackers.github.repo: missing; name a repository such as acme/operations"),
        ("use: jira", ": trackers.jira.project: missing; name a project by its key, such as OPS"),
        ("use: gitlab", ": trackers.use: expected 'github' or 'jira', got 'gitlab'"),
        (
            "github: {repo: acme}",
            ": trackers.github.repo: expected a repository by owner and name, such as acme/operations, got 'acme'",
        ),
        ("jira: {project: ops}", ": trackers.jira.project: expected a project's key such as OPS, got 'ops'"),
        (
            "jira: {labels: [a b]}",
            ": trackers.jira.labels[0]: expected a label without spaces: Jira's have none, got 'a b'",
        ),
        (
            "people: {U0MIA: {github: a b}}",
            (
                ": trackers.people.U0MIA.github: expected a login at GitHub such as mia-demo, "
                "or the account id of somebody in Jira, got 'a b'"
            ),
        ),
    ],
)
def test_a_wrong_tracker(complaint, text, line):
    assert complaint(f"trackers: {{{text}}}") == f"policy.yml:1{line}"


RULE = "frameworks:\n  contracts:\n    rules:\n      acme:\n        title: A\n        cite: B\n        to: C\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("frameworks:\n  gdpr: {applies: true}\n",
         "policy.yml:2: frameworks.gdpr: who decided, and when? Name by and decided_on beside applies"),
        ("frameworks: {gdpr: {applies: 'yes'}}", "policy.yml:1: frameworks.gdpr.applies: expected true or false, got 'yes'"),
        ("frameworks:\n  gdpr:\n    calender: {}\n", ("policy.yml:3: frameworks.gdpr.calender: unknown key; did you mean "
         "'calendar'? Allowed: title, applies, by, decided_on, calendar, applies_when, facts, anchors, rules")),
        ("frameworks: {gdpr: {calendar: {holidays: no}}}",
         "policy.yml:1: frameworks.gdpr.calendar.holidays: expected text, got false"),
        ("frameworks: {gdpr: {calendar: {holidays: XX}}}", ("policy.yml:1: frameworks.gdpr.calendar.holidays: "
         'expected a country whose holidays are known, such as DE, US or GB-ENG; "NO" in quotes, got \'XX\'')),
        ("frameworks:\n  acme: {title: Acme}\n", ("policy.yml:2: frameworks.acme.calendar: missing; 'acme' is not built in, "
         "so name all of it")),
        (RULE, "policy.yml:4: frameworks.contracts.rules.acme.due: missing; it has no default, name it"),
        (RULE + "        due: {start: closed_at, add: 1m}\n        remind: [5bd]\n",
         "policy.yml:9: frameworks.contracts.rules.acme.remind: expected half, or elapsed times before the end such as 24h, got a list"),
        (RULE + "        due:\n          start: closed_at\n          add: 3 days\n",
         ("policy.yml:10: frameworks.contracts.rules.acme.due.add: expected a period such as 72h, 60d, 1mo (month), "
          "4bd (business days), year_end+60d or asap, got '3 days'")),
        (RULE + "        due: {start: closed_at}\n",
         "policy.yml:8: frameworks.contracts.rules.acme.due: name start and add, or first_of with two steps or more"),
        (RULE + "        due: {unless: {wen: x}}\n",
         "policy.yml:8: frameworks.contracts.rules.acme.due.unless.when: missing; it has no default, name it (and 2 more)"),
        (RULE + "        due:\n          start: noticed_at\n          add: 3d\n",
         ("policy.yml:9: frameworks.contracts.rules.acme.due.start: no such start; there are declared_at, contained_at, "
          "verified_at, closed_at, or filing:<rule>")),
        (RULE + "        due:\n          start: filing:acmee\n          add: 3d\n",
         "policy.yml:9: frameworks.contracts.rules.acme.due.start: there is no rule 'acmee' to be filed"),
        (RULE + "        due: {start: 'filing:acme', add: 3d}\n",
         "policy.yml:8: frameworks.contracts.rules.acme.due: it would wait for itself: acme → acme; let one of them start otherwise"),
        ("frameworks:\n  dora:\n    rules:\n      dora-initial:\n        due: {begins: 'filing:dora-final'}\n",
         ("policy.yml:5: frameworks.dora.rules.dora-initial.due: it would wait for itself: dora-initial → dora-final → "
          "dora-intermediate → dora-initial; let one of them start otherwise")),
        (RULE + "        due: {start: closed_at, add: 3d}\n        applies_when: severity == sev9\n",
         ("policy.yml:9: frameworks.contracts.rules.acme.applies_when: at character 13: 'severity' is never 'sev9'; "
          "did you mean 'sev4'? It can be sev1, sev2, sev3, sev4")),
        (RULE + "        due: {start: closed_at, add: 3d}\n        exempt_when: risk == high and risk == unlikely\n",
         "policy.yml:9: frameworks.contracts.rules.acme.exempt_when: this can never be"),
        (RULE + "        due: {start: closed_at, add: 3d}\n        applies_when: severity =\n",
         ("policy.yml:9: frameworks.contracts.rules.acme.applies_when: at character 10: cannot read '='; "
          "write == for “is”, got 'severity ='")),
        (RULE + "        due: {start: closed_at, add: 3d}\n        owner_role: ceo\n",
         ("policy.yml:9: frameworks.contracts.rules.acme.owner_role: no such role; there are commander, primary, secondary, "
          "comms, and dpo")),
        (RULE + "        due: {start: closed_at, add: 3d}\n        enabled: false\n",
         "policy.yml:4: frameworks.contracts.rules.acme: a rule that is not enabled says why: disabled_because"),
        ("frameworks:\n  sec:\n    rules:\n      gdpr-34: {title: A, cite: B, to: C, due: {start: closed_at, add: 1d}}\n",
         "policy.yml:4: frameworks.sec.rules.gdpr-34: there is a rule of this name in gdpr too; give it another"),
        ("frameworks:\n  sec:\n    facts:\n      risk: {ask: 'How?', answers: [low]}\n",
         "policy.yml:4: frameworks.sec.facts.risk: gdpr has a fact of this name with other answers; give it another"),
        ("frameworks: {sec: {facts: {x: {ask: 'How?'}}}}",
         "policy.yml:1: frameworks.sec.facts.x: name answers, or number: true; not both"),
        ("frameworks: {sec: {anchors: {materiality_determined_at: {means: {material: maybe}}}}}",
         ("policy.yml:1: frameworks.sec.anchors.materiality_determined_at.means.material: "
          "no fact of sec that can be 'maybe'")),
        ("frameworks: {sec: {rules: {sec-8k-105: {due: {cutoff: 17:30}}}}}",
         'policy.yml:1: frameworks.sec.rules.sec-8k-105.due.cutoff: expected a time of day such as "17:30", in quotes, got 1050'),
    ],
)  # fmt: skip
def test_a_wrong_clock(complaint, text, line):
    assert complaint(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rooms:\n  prefix: a\nrooms:\n  prefix: b\n", "policy.yml:3: rooms: named twice, first on line 1; keep one"),
        (
            "severities:\n  sev1: {high: true, high: false}",
            "policy.yml:2: severities.sev1.high: named twice, first on line 2; keep one",
        ),
        ("rooms:\n\tprefix: a\n", "policy.yml:2: not valid YAML: while scanning for the next token, found character '\\t' that cannot start any token"),
        ("rooms: {prefix: a\n", "policy.yml:2: not valid YAML: while parsing a flow mapping, expected ',' or '}', but got '<stream end>'"),
        ("a: b: c\n", "policy.yml:1: not valid YAML: mapping values are not allowed here"),
        ("rooms: {}\n---\nrooms: {}\n", "policy.yml:2: not valid YAML: expected a single document in the stream, but found another document"),
        ("rooms: !!python/none ''", ("policy.yml:1: not valid YAML: could not determine a constructor for the tag "
         "'tag:yaml.org,2002:python/none'")),
        ("rooms:\n  prefix: a\x07b\n", "policy.yml:2: not valid YAML: special characters are not allowed"),
        ("- rooms\n", "policy.yml:1: expected keys such as 'severities:', one a line"),
        ("rooms: &again {prefix: [*again]}\n",
         "policy.yml:1: rooms.prefix[0]: an alias (*) stands inside its own anchor (&)"),
        ("roles:\n  1: {}\n", "policy.yml:2: roles: expected a word as key, got 1; put it into quotes"),
        ("roles:\n  [a]: {}\n", "policy.yml:2: roles: expected a word as key, got []; put it into quotes"),
        ("calendar: {holidays: [2026-13-01]}",
         "policy.yml:1: calendar.holidays[0]: cannot read '2026-13-01' as timestamp"),
        (b"rooms: \xff\n", "policy.yml: not a text in UTF-8; save it as such"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_as_yaml(complaint, text, line):
    assert complaint(text) == line


def test_the_first_of_several_problems_is_told_and_the_others_counted(complaint):
    text = "rooms: {prefix: A}\nseverities:\n  sev1:\n    high: 1\n    label: 1\n"
    assert complaint(text).startswith("policy.yml:1: rooms.prefix: ")
    assert complaint(text).endswith(" (and 2 more)")


def test_a_long_value_is_cut(complaint):
    assert complaint(f"rooms: {{prefix: {'A' * 200}}}").endswith(f"got '{'A' * 40}…'")


def test_a_missing_file_says_which_setting_to_look_at(tmp_path):
    with pytest.raises(
        BadPolicy, match=r"nowhere.yml: cannot be read \(No such file or directory\); TOCSIN_POLICY must"
    ):
        load(tmp_path / "nowhere.yml")
    with pytest.raises(BadPolicy, match="cannot be read"):
        load(tmp_path)


JUNK = ["null", "[]", "[[x]]", "{}", "{a: {b: c}}", "-1", "1e400", ".nan", "2026-12-25 10:00:00", "yes", "&a [*a]", "*a",
        "!!bool x", "!!timestamp x", "!!binary x", "!!set {a}", "'x\n  y'", r'"\ud800"', r'"\0\n"', "[", "%", "|\n"]  # fmt: skip


def paths(values=None, path=()):
    """The path of every key of the built-in policy."""
    for key, value in (defaults() if values is None else values).items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from paths(value, (*path, key))


@given(st.sampled_from(list(paths())), st.sampled_from(JUNK) | st.text(max_size=8))
def test_whatever_stands_anywhere_is_understood_or_refused_in_one_line(path, junk):
    text = "".join(f"{' ' * depth}{key}:\n" for depth, key in enumerate(path)).removesuffix("\n") + f" {junk}\n"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "policy.yml"
        file.write_bytes(text.encode())
        try:
            load(file)
        except BadPolicy as bad:
            assert str(bad).startswith(f"{file}:")  # noqa: PT017 -- some of it is fine
            assert len(str(bad).splitlines()) == 1  # noqa: PT017
            assert "Input should" not in str(bad)  # noqa: PT017 -- Pydantic's own words speak of types, not of policies
