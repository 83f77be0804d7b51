"""`python -m bench`: measure everything, print a table, and write it to `bench/results.md`."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import acks, declares, evidence, pictures, process, report, scale, similar
from bench.figures import Figure, busy, machine
from bot.clock import SystemClock

RESULTS = Path(__file__).with_name("results.md")
PARTS = ("acks", "declares", "scale", "similar", "report", "pictures", "evidence", "process")
MARKS = {True: "yes", False: "no", None: ""}


def measured(parts: Sequence[str], *, full: bool, size: int | None) -> Iterator[Figure]:
    """The figures of these parts. `full` takes the sizes that the targets name, which takes long."""
    if "acks" in parts:
        yield from acks.figures(5_000 if full else 1_500)
    if "declares" in parts:
        yield from declares.figures()
    if "scale" in parts:
        yield from scale.figures(size or (1_000_000 if full else 20_000))
    if "similar" in parts:
        yield from similar.figures(10_000)
    if "report" in parts:
        yield from report.figures(10_000)
    if "pictures" in parts:
        yield from pictures.figures()
    if "evidence" in parts:
        yield from evidence.figures(10_000 if full else 1_000)
    if "process" in parts:
        yield from process.figures(10_000 if full else 2_000)


def main() -> None:
    """Measure, show, write."""
    arguments = ArgumentParser(prog="python -m bench", description="Measure tocsin on this machine.")
    arguments.add_argument("parts", nargs="*", metavar="part", help=f"some of {', '.join(PARTS)}; without any, all")
    arguments.add_argument("--full", action="store_true", help="at the size that the targets name; takes long")
    arguments.add_argument("--size", type=int, help="so many incidents for `scale`")
    asked = arguments.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        arguments.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    before, figures = busy(), []
    console = Console()
    for figure in measured(asked.parts or PARTS, full=asked.full, size=asked.size):
        console.print(f"{figure.what}: {figure.measured}", style="dim")
        figures.append(figure)
    console.print(_table(figures))
    _write(figures, before)


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("what", "measured", "target", "met")
    for one in figures:
        table.add_row(one.what, one.measured, one.target, MARKS[one.ok], style="red" if one.ok is False else None)
    return table


def _write(figures: Sequence[Figure], before: str) -> None:
    rows = [f"| {one.what} | {one.measured} | {one.target} | {MARKS[one.ok]} |" for one in figures]
    head = ["# Measured", "", f"{SystemClock().now():%Y-%m-%d}, on {machine()}, {before}.", ""]
    table = ["| what | measured | target | met |", "|---|---|---|---|", *rows, ""]
    RESULTS.write_text("\n".join([*head, *table]), encoding="utf-8")


if __name__ == "__main__":
    main()
