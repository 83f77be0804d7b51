"""Time from left to right. Where nothing happened for very long the axis is broken, and says for how long.

A stretch is left out when the rest would be crowded into a corner without that: the longest stretches, up to five of them,
down to the one that is more than four times as long as the next, if they make up most of the time and are half an hour or more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

BREAK_WIDTH, PIECE_LEAST = 110.0, 70.0
BREAKS_MOST, PIECES_LEFT_LEAST = 5, 3
MUCH_LONGER, MOST_OF_IT = 4.0, 0.6
# What is shorter is nothing to leave out; a moment alone is shown with so much time after it.
LEAST_LEFT_OUT, ALONE = timedelta(minutes=30), timedelta(minutes=1)
DAY = timedelta(days=1)
STEPS = (
    *(timedelta(minutes=count) for count in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=count) for count in (1, 2, 3, 6, 12)),
    *(timedelta(days=count) for count in (1, 2, 7, 14, 28, 91, 182, 364)),
)


@dataclass(frozen=True)
class Piece:
    """A stretch of time without a break, and where it is drawn."""

    began: datetime
    until: datetime
    left: float
    right: float

    def x(self, moment: datetime) -> float:
        """Where a moment of this piece stands."""
        whole = self.until - self.began
        part = (moment - self.began) / whole if whole else 0.5
        return self.left + (self.right - self.left) * min(1.0, max(0.0, part))


@dataclass(frozen=True)
class Tick:
    """A moment that is named below the axis. `step` is how far the next one would be."""

    x: float
    at: datetime
    step: timedelta


@dataclass(frozen=True)
class Axis:
    """Pieces of time, in order. Between two of them the axis is broken."""

    pieces: tuple[Piece, ...]

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.pieces[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.pieces[-1].right

    def x(self, moment: datetime) -> float:
        """Where a moment stands; one in a break stands in its middle, one outside at the end."""
        for before, after in pairwise((None, *self.pieces)):
            assert after is not None
            if moment < after.began:
                return (before.right + after.left) / 2 if before else after.left
            if moment <= after.until:
                return after.x(moment)
        return self.right

    def breaks(self) -> Iterator[tuple[float, float, timedelta]]:
        """From where to where the axis is broken, and for how long nothing happened there."""
        for before, after in pairwise(self.pieces):
            yield before.right, after.left, after.began - before.until

    def ticks(self, zone: ZoneInfo, least: float) -> Iterator[Tick]:
        """The moments to be named, at least `least` pixels apart within a piece; a short piece has its beginning."""
        for piece in self.pieces:
            whole = piece.until - piece.began
            wide = piece.right - piece.left
            step = next((step for step in STEPS if whole and step / whole * wide >= least), STEPS[-1])
            found = [Tick(piece.x(at), at, step) for at in _round(piece.began, piece.until, step, zone)]
            yield from found if found and whole else [Tick(piece.x(piece.began), piece.began, STEPS[0])]


def axis(moments: Iterable[datetime], left: float, right: float) -> Axis:
    """The axis that shows all these moments, of which there is at least one."""
    known = sorted(set(moments))
    if len(known) == 1:
        known.append(known[0] + ALONE)
    clusters: list[list[datetime]] = [[known[0]]]
    left_out = _left_out(known)
    for before, after in pairwise(known):
        if (before, after) in left_out:
            clusters.append([after])
        else:
            clusters[-1].append(after)
    ends = [(cluster[0], cluster[-1]) for cluster in clusters]
    free = right - left - BREAK_WIDTH * (len(ends) - 1) - PIECE_LEAST * len(ends)
    whole = sum((until - began for began, until in ends), timedelta())
    pieces, at = [], left
    for began, until in ends:
        wide = PIECE_LEAST + free * ((until - began) / whole if whole else 1 / len(ends))
        pieces.append(Piece(began, until, at, at + wide))
        at += wide + BREAK_WIDTH
    return Axis(tuple(pieces))


def _left_out(moments: Sequence[datetime]) -> set[tuple[datetime, datetime]]:
    """The stretches in which nothing happened for very long."""
    longest = sorted(pairwise(moments), key=lambda pair: pair[1] - pair[0], reverse=True)
    lengths = [after - before for before, after in longest]
    whole = moments[-1] - moments[0]
    best, count = MUCH_LONGER, 0
    for taken in range(1, min(BREAKS_MOST, len(longest) - PIECES_LEFT_LEAST) + 1):
        ratio = lengths[taken - 1] / lengths[taken]
        if lengths[taken - 1] < LEAST_LEFT_OUT:
            break
        if ratio > best and sum(lengths[:taken], timedelta()) / whole > MOST_OF_IT:
            best, count = ratio, taken
    return set(longest[:count])


def _round(began: datetime, until: datetime, step: timedelta, zone: ZoneInfo) -> Iterator[datetime]:
    """The round moments of the team's clocks between two."""
    day = began.astimezone(zone).date()
    midnight = _midnight(day, zone)
    while midnight <= until:
        day += max(step, DAY)
        at, following = midnight, _midnight(day, zone)
        while at < following and at <= until:
            if at >= began:
                yield at
            at += step if step < DAY else following - at
        midnight = following


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
