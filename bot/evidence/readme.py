"""What an auditor reads first: what each file is, how to check it, and what the results mean and do not mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.evidence.probes import Outcome
from bot.policy import Policy
from bot.views.markdown import Markdown

FILES = {
    "population.csv, .json": (
        "every incident number from the first to the last that was declared in the period, in order and without a gap; "
        "drills, false alarms (dismissed) and duplicates (merged) included"
    ),
    "incidents/": "the record of each incident, as `tocsin export` gives it",
    "timelines/": "the timeline of each incident as it is chained, entry by entry",
    "reviews/": "each version of each review, as it was signed",
    "communications.csv, .json": "who was told what, by which way, when, by whom and with whose approval",
    "filings.csv, .json": "notifications to authorities and others that somebody recorded as sent",
    "clocks.csv, .json": "how each regulatory clock stood when this archive was made",
    "actions.csv, .json": "follow-up actions, with owner, due date, state and proof",
    "deliveries.csv, .json": "what became of each message that tocsin had to deliver, as far as it is still kept",
    "policies.csv, .json, policies/": "the policies that were in force in the period, as they held, defaults included",
    "risks.csv, .json": "the risk register as it stood, with the incidents that showed each risk",
    "risk_history.csv, .json": "what happened to the risks in the period",
    "access.csv, .json": "who was refused what, and what administrators did, in the period",
    "members.csv, .json": "who is in the room of each incident, or was, as Slack told",
    "people.csv, .json": "the names of the people whom the other files name by their ids",
    "tests.json": "each test with its result, the records in which evidence was found, and the exceptions with the reason",
    "controls.md, .csv, .json": "each control with the tests that speak to it and their results",
    "verification.json": "what was not as tocsin wrote it when the database was checked for this archive",
    "manifest.json": "the size and SHA-256 of every other file, and the length and last hash of every timeline",
}


def text(facts: Mapping[str, Any], policy: Policy) -> str:
    """The README. `facts` are those of the manifest."""
    words = Markdown({}, None)
    lines = [
        f"# Evidence of incidents from {facts['from']} to {facts['to']}",
        "",
        (
            f"Made by {words.line(facts['made_by'])} at {facts['made_at']}. Days are those of the zone {facts['zone']}, both "
            f"included: from {facts['begins_at']} until before {facts['ends_at']}. Times in the files are UTC."
        ),
        "",
        *_population(facts),
        "",
        "## How to check this archive",
        "",
        (
            "`tocsin verify FILE.zip` needs no database: it compares every file with the manifest, computes every timeline's "
            "chain anew, and compares it with the population, the manifest and the signed reviews. It names what differs, what "
            "is missing and what is too much."
        ),
        "",
        (
            "By hand: in `timelines/`, `content_hash` is the SHA-256 of the entry as JSON with the keys at, by, data, incident, "
            "kind, recorded_at, seq and text, sorted, without spaces, in UTF-8; `hash` is the SHA-256 of the `hash` of the entry "
            "before (64 zeros for the first) followed by `content_hash`. The last `hash` is the head in the manifest. An entry "
            "with `redacted_at` was emptied for privacy: its hashes stay, and a later entry says who did it and why."
        ),
        "",
        (
            "Who can write this file can also write another manifest. So compare the manifest's SHA-256, which was shown to "
            "whoever made the archive, and compare heads with archives and backups that are kept elsewhere."
        ),
        "",
        _verified(facts),
        "",
        "## The files",
        "",
        *(f"- `{name}`: {what}." for name, what in FILES.items()),
        "",
        "## What the results mean",
        "",
        "- **evidence found**: every record that the test concerns has what it looks for. It says nothing about how good it is.",
        "- **evidence missing**: at least one record lacks it, or tocsin keeps no record of such things. It may be kept elsewhere.",
        "- **not applicable**: nothing in the period concerns the test.",
        "",
        (
            "Whether a control is met, nobody can tell from this alone, and this archive does not say it. Ids of controls are the "
            "frameworks' own; what they want is said in our words."
        ),
        "",
        *_kept(policy),
    ]
    return "\n".join([*lines, ""])


def _population(facts: Mapping[str, Any]) -> list[str]:
    if not facts["incidents"]:
        return ["No incident was declared in this period."]
    lines = [
        (
            f"An incident belongs to the period in which it was declared. There are {facts['incidents']} numbers, "
            f"{facts['first']} to {facts['last']}, of which {facts['drills']} were drills and {facts['private']} are private."
        ),
    ]
    if facts["drills_stand_in"]:
        lines.append("All of them were drills: the tests looked at these.")
    else:
        lines.append("The tests leave drills out, but for the one that asks for exercises.")
    if facts["private"] and not facts["with_private"]:
        lines.append(
            "Private incidents are in the population with their dates, severity and kind. What they say is left out: their "
            "timelines hold hashes alone, and the other files leave them out. The tests looked at them all the same."
        )
    return lines


def _verified(facts: Mapping[str, Any]) -> str:
    if not facts["breaks"]:
        return "When it was made, everything in the database was as tocsin had written it."
    return "When it was made, the database was **not** everywhere as tocsin had written it: see `verification.json`."


def _kept(policy: Policy) -> list[str]:
    kept = policy.retention
    spans = {"deliveries": kept.effects, "access records": kept.audits, "texts of incidents that are over": kept.texts}
    told = [f"- {what}: {span or 'for ever'}" for what, span in spans.items()]
    return ["## What is kept for how long", "", "By the policy that held when this was made:", "", *told]


def controls_text(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str], found: Mapping[str, Outcome]) -> str:
    """The table of controls for people: a part a framework, and what is missing below."""
    words = Markdown({}, None)
    lines = [
        "# Controls and tests",
        "",
        "What was looked for, and whether it was found. Nothing here says that a control is met.",
    ]
    for framework, title in titles.items():
        lines += ["", f"## {words.line(title)}", "", "| control | wants | test | result | found in | missing in |"]
        lines.append("|---|---|---|---|---|---|")
        for row in rows:
            if row["framework"] == framework:
                cells = [
                    words.line(str(row[name]))
                    for name in ("control", "wants", "test", "result", "found_in", "missing_in")
                ]
                lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## Tests", ""]
    for key, one in found.items():
        lines.append(f"- **{key}** {one.test.asks}: {one.result.value}{f' ({one.why})' if one.why else ''}.")
        lines += [f"  - {words.line(gap.about)}: {words.line(gap.why)}" for gap in one.exceptions[:MOST]]
        if len(one.exceptions) > MOST:
            lines.append(f"  - and {len(one.exceptions) - MOST} more, in tests.json")
    return "\n".join([*lines, ""])


MOST = 20
