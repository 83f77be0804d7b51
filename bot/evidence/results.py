"""What the tests came to, and which control each speaks to: for programs, as a table, and to read."""

from collections.abc import Iterable, Iterator, Mapping

from bot.evidence import controls, readme
from bot.evidence.controls import Catalogue
from bot.evidence.packing import Archive, Cells, Sheet
from bot.evidence.probes import Outcome

SHOWN = 5
CONTROL_COLUMNS = ("framework", "control", "wants", "test", "asks", "result", "found_in", "missing_in", "why")


def add_controls(archive: Archive, found: Mapping[str, Outcome], catalogue: Catalogue) -> None:
    """Which test came to what, and which control is spoken to by which test."""
    archive.add_json(
        "tests.json",
        [
            {
                "test": key,
                "asks": one.test.asks,
                "result": one.result.value,
                "why": one.why or None,
                "records": one.records,
                "exceptions": [{"record": gap.about, "why": gap.why} for gap in one.exceptions],
            }
            for key, one in found.items()
        ],
    )
    rows, sheet = list(_controls(found, catalogue.controls)), Sheet(CONTROL_COLUMNS)
    sheet.extend(rows)
    archive.add_table("controls", sheet)
    archive.add("controls.md", readme.controls_text(rows, catalogue.titles, found))


def _controls(found: Mapping[str, Outcome], wanted: Iterable[controls.Control]) -> Iterator[Cells]:
    for control in wanted:
        for key in control.tests:
            one = found[key]
            yield {
                "framework": control.framework,
                "control": control.key,
                "wants": control.wants,
                "test": key,
                "asks": one.test.asks,
                "result": one.result.value,
                "found_in": len(one.records),
                "missing_in": len(one.exceptions),
                "why": one.why or "; ".join(f"{gap.about}: {gap.why}" for gap in one.exceptions[:SHOWN]) or None,
            }
