"""An incident's timeline as a picture: phases and severities as bands along the time, roles as bars, numbered events below.

It is made for a phone first: few large texts below one another, and a list in place of labels that would get in each
other's way. Where the axis is broken, so are all bands.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bot.policy import Policy
from bot.views import kit, labels
from bot.views.durations import Stretch, stretches
from bot.views.kit import Safe
from bot.views.pictures import events, paper
from bot.views.pictures.axis import DAY, Axis, axis
from bot.views.pictures.events import Event, Told
from bot.views.pictures.paper import (
    ALT_MOST,
    GROUND,
    LEFT,
    MARGIN,
    RIGHT,
    SEVERITIES,
    SMALL,
    SOFT,
    TEXT,
    TITLE,
    Paper,
    Picture,
)
from db.enums import EntryKind, Phase
from db.records import Record

BAND, BAR, GAP, ROW = 56, 46, 14, 54
RADIUS, APART = 21.0, 46.0
TICKS_APART, TOOTH = 150.0, 14.0
ROLES_MOST, TITLE_LINES = 6, 3
# Light enough for ink on all of them, and told apart by those who see few colours (Paul Tol's "light" scheme).
PHASES: Mapping[Phase, str] = {
    Phase.DETECTION: "#ee8866",
    Phase.ASSESSMENT: "#eedd88",
    Phase.CONTAINMENT: "#77aadd",
    Phase.RECOVERY: "#44bb99",
    Phase.REVIEW: "#dddddd",
}
BAR_COLOUR, MARK = "#d9d4ec", "#5b3a8c"


@dataclass(frozen=True)
class Span:
    """A while with a name."""

    name: str
    began: datetime
    until: datetime
    colour: str


@dataclass(frozen=True)
class Name:
    """What a band or a bar is called, from where to where its parts reach, and its middle from top to bottom."""

    words: str
    sides: tuple[tuple[float, float], ...]
    middle: float


@dataclass(frozen=True)
class Shown:
    """What the picture shows: worked out once, drawn and put into words. `title` has what cannot be drawn, too."""

    head: str
    title: str
    marks: tuple[str, ...]
    about: str
    phases: tuple[Span, ...]
    severities: tuple[Span, ...]
    roles: tuple[tuple[str, tuple[Span, ...]], ...]
    roles_besides: int
    told: Told
    axis: Axis
    zone: ZoneInfo
    several_days: bool


def timeline(record: Record, policy: Policy, *, now: datetime) -> Picture:
    """The picture of an incident as it is at `now`; its times are the team's."""
    shown = look(record, policy, now=now)
    sheet = Paper()
    return sheet.picture(draw(sheet, shown), words(shown))


def look(record: Record, policy: Policy, *, now: datetime) -> Shown:
    """What there is to show."""
    told = events.told(record, policy)
    ends = _ends(record, told, now)
    spans = [one for one in stretches(record, now=ends) if one.phase.is_open]
    order = [*policy.severities]
    phases = _spans(spans, lambda one: labels.phase(one.phase), lambda one: PHASES[one.phase])
    severities = _spans(
        spans,
        lambda one: paper.drawable(labels.severity(policy, one.severity)),
        lambda one: _severity_colour(one.severity, order),
    )
    roles = [*_roles(record, policy, spans[-1].until if spans else ends)]
    moments = {record.incident.declared_at, ends, *(event.at for event in told.named)}
    moments |= {moment for span in (*phases, *severities) for moment in (span.began, span.until)}
    moments |= {span.began for _, held in roles[:ROLES_MOST] for span in held}
    line = axis(moments, LEFT, RIGHT)
    zone = policy.calendar.zone
    incident = record.incident
    began, until = line.pieces[0].began, line.pieces[-1].until
    lasted = kit.length((incident.closed_at or now) - incident.declared_at)
    severity = paper.drawable(labels.severity(policy, incident.severity))
    about = [severity, _from_to(began, until, zone), lasted if incident.closed_at else f"{lasted} so far"]
    return Shown(
        head=f"{incident.key} · {paper.drawable(incident.title)}",
        title=f"{incident.key} · {paper.plain(incident.title)}",
        marks=(*(("DRILL",) if incident.drill else ()), *(("PRIVATE",) if incident.private else ())),
        about=" · ".join(about),
        phases=phases,
        severities=severities,
        roles=tuple(roles[:ROLES_MOST]),
        roles_besides=max(0, len(roles) - ROLES_MOST),
        told=told,
        axis=line,
        zone=zone,
        several_days=began.astimezone(zone).date() != until.astimezone(zone).date(),
    )


def _ends(record: Record, told: Told, now: datetime) -> datetime:
    """Until when it is shown: until it ended, or `now`; and whatever is named is in it."""
    return max([record.incident.declared_at, record.incident.closed_at or now, *(event.at for event in told.named)])


def _spans(
    found: Sequence[Stretch], name: Callable[[Stretch], str], colour: Callable[[Stretch], str]
) -> tuple[Span, ...]:
    """Stretches of one name that touch are one. What took no time is not there, but for what has just begun."""
    spans: list[Span] = []
    for one in found:
        before = spans[-1] if spans else None
        if before is not None and (before.name, before.until) == (name(one), one.began):
            spans[-1] = replace(before, until=one.until)
        elif one.lasted or one is found[-1]:
            spans.append(Span(name(one), one.began, one.until, colour(one)))
    return tuple(spans)


def _severity_colour(key: str, order: Sequence[str]) -> str:
    place = order.index(key) if key in order else len(order)
    return SEVERITIES[min(place, len(SEVERITIES) - 1)]


def _roles(record: Record, policy: Policy, ends: datetime) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Each role with the whiles in which somebody held it, one after the other; the policy's order."""
    taken: dict[str, list[datetime]] = {}
    for entry in sorted(record.timeline, key=lambda entry: entry.seq):
        if entry.kind is EntryKind.ROLE and isinstance(entry.data.get("role"), str):
            taken.setdefault(entry.data["role"], []).append(entry.at)
    order = [*policy.roles]
    for role in sorted(taken, key=lambda role: order.index(role) if role in order else len(order)):
        name = paper.drawable(labels.role(policy, role))
        begun = sorted(taken[role])
        yield (
            name,
            tuple(
                Span(name, at, max(at, until), BAR_COLOUR) for at, until in zip(begun, [*begun[1:], ends], strict=True)
            ),
        )


# ── drawn ──────────────────────────────────────────────────────────────────────────────────────────────────────


def draw(sheet: Paper, shown: Shown) -> float:
    """Draw it; gives the height that it took."""
    y = _head(sheet, shown)
    top = y + 2 * RADIUS + 40
    _numbers(sheet, shown, y + RADIUS, top)
    y = _times(sheet, shown, _bands(sheet, shown, top))
    y = _legend(sheet, y, shown.phases)
    y = _legend(sheet, y, shown.severities)
    return _list(sheet, shown, y + GAP)


def _head(sheet: Paper, shown: Shown) -> float:
    x, y = float(LEFT), MARGIN + TITLE / 2
    for mark in shown.marks:
        wide = paper.width(mark, TEXT, bold=True) + 32
        sheet.box((x, y - 26, x + wide, y + 26), MARK, outline=None)
        sheet.text((x + 16, y), mark, bold=True, ink=GROUND)
        x += wide + 16
    y += 66 if shown.marks else 0
    for line in paper.wrapped(shown.head, RIGHT - LEFT, size=TITLE, bold=True, lines=TITLE_LINES):
        sheet.text((LEFT, y), line, size=TITLE, bold=True)
        y += 58
    for line in paper.wrapped(shown.about, RIGHT - LEFT, lines=2):
        sheet.text((LEFT, y), line, ink=SOFT)
        y += 44
    return y - 8


def _numbers(sheet: Paper, shown: Shown, y: float, top: float) -> None:
    """Each event's number above where it happened; numbers that would cover each other are moved apart."""
    at = [shown.axis.x(event.at) for event in shown.told.named]
    for number, (event, true, moved) in enumerate(zip(shown.told.named, at, spread(at), strict=True), start=1):
        sheet.line([(moved, y), (moved, y + RADIUS + 6), (true, top - 8), (true, top)], wide=3)
        _number(sheet, number, event, (moved, y))


def spread(places: Sequence[float]) -> list[float]:
    """The places, in order, moved as little as makes them `APART` from each other and keeps them on the paper."""
    # Without the distances that must be, the places must only not fall: neighbours that would are pooled at their mean.
    pools: list[list[float]] = []
    for index, place in enumerate(places):
        pools.append([place - index * APART, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, count), (before, others) = pools.pop(), pools.pop()
            pools.append([(mean * count + before * others) / (count + others), count + others])
    most = RIGHT - RADIUS - APART * (len(places) - 1)
    flat = [min(max(mean, LEFT + RADIUS), most) for mean, count in pools for _ in range(int(count))]
    return [place + index * APART for index, place in enumerate(flat)]


def _number(sheet: Paper, number: int, event: Event, at: tuple[float, float]) -> None:
    x, y = at
    sheet.dot(at, RADIUS, event.sort.value)
    shown = str(number)
    sheet.text((x - paper.width(shown, SMALL, bold=True) / 2, y), shown, size=SMALL, bold=True, ink=GROUND)


def _bands(sheet: Paper, shown: Shown, top: float) -> float:
    """Bands, bars, the breaks through all of them, and then their names."""
    y, names = top, list[Name]()
    for spans in (shown.phases, shown.severities):
        names += [Name(span.name, (_bar(sheet, shown.axis, span, y, BAND),), y + BAND / 2) for span in spans]
        y += BAND + GAP
    bars = list[Name]()
    for name, spans in shown.roles:
        sides = tuple(_bar(sheet, shown.axis, span, y, BAR) for span in spans)
        bars.append(Name(name, sides, y + BAR / 2))
        y += BAR + GAP
    for left, right, _ in shown.axis.breaks():
        _broken(sheet, (left + right) / 2, top - 4, y - GAP + 4)
    for one in names:
        _inside(sheet, shown.axis, one)
    for one in bars:
        if not _inside(sheet, shown.axis, one):
            _beside(sheet, one)
    if shown.roles_besides:
        sheet.text((LEFT, y + BAR / 2), f"and {shown.roles_besides} more roles", size=SMALL, ink=SOFT)
        y += BAR + GAP
    return y


def _bar(sheet: Paper, axis: Axis, span: Span, y: float, high: float) -> tuple[float, float]:
    left, right = axis.x(span.began), axis.x(span.until)
    sheet.box((left, y, right, y + high), span.colour)
    return left, right


def _inside(sheet: Paper, axis: Axis, name: Name) -> bool:
    """The name within its band, where that is wide enough and not broken."""
    wide = paper.width(name.words, SMALL)
    for (began, ended), piece in product(name.sides, axis.pieces):
        left, right = max(began, piece.left), min(ended, piece.right)
        if wide + 20 <= right - left:
            sheet.text((left + 10, name.middle), name.words, size=SMALL)
            return True
    return False


def _beside(sheet: Paper, name: Name) -> None:
    """The name after its bar, or before it."""
    wide, before, after = paper.width(name.words, SMALL), name.sides[0][0] - 10, name.sides[-1][1] + 10
    x = after if after + wide <= RIGHT else max(LEFT, before - wide)
    sheet.text((x, name.middle), name.words, size=SMALL, halo=True)


def _broken(sheet: Paper, middle: float, top: float, bottom: float) -> None:
    """Two jagged edges with nothing between them."""
    count = max(2, round((bottom - top) / TOOTH))
    heights = [(n % 2, top + (bottom - top) * n / count) for n in range(count + 1)]
    left, right = ([(middle + side + (8 if odd else -8), y) for odd, y in heights] for side in (-18, 18))
    sheet.area([*left, *reversed(right)], GROUND)
    sheet.line(left, wide=3)
    sheet.line(right, wide=3)


def _times(sheet: Paper, shown: Shown, y: float) -> float:
    """The axis: what time it is where, and for how long nothing happened where it is broken."""
    taken: list[tuple[float, float]] = []

    def write(x: float, lines: Sequence[str]) -> bool:
        wide = max(paper.width(line, SMALL) for line in lines)
        left = min(max(LEFT, x - wide / 2), RIGHT - wide)
        if any(left < end + 12 and began - 12 < left + wide for began, end in taken):
            return False
        taken.append((left, left + wide))
        for place, line in enumerate(lines):
            own = paper.width(line, SMALL)
            sheet.text((left + (wide - own) / 2, y + 34 + place * 36), line, size=SMALL, ink=SOFT)
        return True

    for left, right, lasted in shown.axis.breaks():
        write((left + right) / 2, [kit.length(lasted)])
    day = None
    for tick in shown.axis.ticks(shown.zone, TICKS_APART):
        at = tick.at.astimezone(shown.zone)
        lines = [f"{at:%H:%M}"] if tick.step < DAY else [_day(at)]
        if shown.several_days and tick.step < DAY and at.date() != day:
            lines.append(_day(at))
        if write(tick.x, lines):
            sheet.line([(tick.x, y), (tick.x, y + 12)], wide=3)
            day = at.date()
    for piece in shown.axis.pieces:
        sheet.line([(piece.left, y), (piece.right, y)], wide=3)
    return y + (100 if shown.several_days else 64)


def _legend(sheet: Paper, y: float, spans: Sequence[Span]) -> float:
    """Each colour with its name and how long it was that in all; as many lines as it takes."""
    x, y = float(LEFT), y + SMALL / 2
    for name, colour, lasted in _summed(spans):
        said = f"{name} {lasted}"
        wide = 34 + 12 + paper.width(said, SMALL)
        if x > LEFT and x + wide > RIGHT:
            x, y = LEFT, y + 44
        sheet.box((x, y - 15, x + 34, y + 15), colour)
        sheet.text((x + 46, y), said, size=SMALL)
        x += wide + 36
    return y + 36 if spans else y - SMALL / 2


def _summed(spans: Iterable[Span]) -> list[tuple[str, str, str]]:
    """Name, colour, and how long in all."""
    whole: dict[tuple[str, str], timedelta] = {}
    for span in spans:
        key = (span.name, span.colour)
        whole[key] = whole.get(key, timedelta()) + (span.until - span.began)
    return [(name, colour, kit.length(lasted)) for (name, colour), lasted in whole.items()]


def _list(sheet: Paper, shown: Shown, y: float) -> float:
    """What happened, by its number."""
    y += ROW / 2
    times = [_moment(event.at, shown) for event in shown.told.named]
    after = LEFT + 2 * RADIUS + 18
    x = after + max((paper.width(time, bold=True) for time in times), default=0) + 20
    for number, event in enumerate(shown.told.named, start=1):
        _number(sheet, number, event, (LEFT + RADIUS, y))
        sheet.text((after, y), times[number - 1], bold=True)
        for place, line in enumerate(paper.wrapped(event.words, RIGHT - x)):
            y += 40 if place else 0
            sheet.text((x, y), line)
        y += ROW
    for foot in _feet(shown):
        for line in paper.wrapped(foot, RIGHT - LEFT, size=SMALL, lines=4):
            sheet.text((LEFT, y), line, size=SMALL, ink=SOFT)
            y += 40
    return y - ROW / 2 + MARGIN


def _feet(shown: Shown) -> Iterator[str]:
    if shown.told.besides:
        yield f"Besides: {shown.told.besides}."
    yield _zone(shown)
    if paper.GAP in shown.head:
        yield f"{paper.GAP} stands for letters that cannot be drawn here."


def _zone(shown: Shown) -> str:
    return f"Times are those of {shown.zone.key}."


# ── in words ───────────────────────────────────────────────────────────────────────────────────────────────────


def words(shown: Shown) -> str:
    """The same in words, in at most so many characters; what does not fit is counted."""
    sentences = [f"Timeline of {' '.join((*shown.marks, shown.title))}", shown.about]
    for name, spans in (("Phases", shown.phases), ("Severity", shown.severities)):
        summed = ", ".join(f"{one} {lasted}" for one, _, lasted in _summed(spans))
        sentences += [f"{name}: {summed}"] if summed else []
    roles = [f"{name} from {_moment(spans[0].began, shown)}" for name, spans in shown.roles]
    roles += [f"{shown.roles_besides} more"] if shown.roles_besides else []
    sentences += [f"Roles: {', '.join(roles)}"] if roles else []
    before = ". ".join(sentences)
    after = f"Besides: {shown.told.besides}. {_zone(shown)}" if shown.told.besides else _zone(shown)
    happened = [f"{_moment(event.at, shown)} {event.words}" for event in shown.told.named]
    for count in range(len(happened), -1, -1):
        left = [f"{len(happened) - count} more in the picture"] if count < len(happened) else []
        listed = "; ".join([*happened[:count], *left])
        said = f"{before}. {listed}. {after}" if listed else f"{before}. {after}"
        if len(said) <= ALT_MOST:
            return said
    return str(kit.clip(Safe(before), ALT_MOST))


def _moment(at: datetime, shown: Shown) -> str:
    """`13:05`, with the day when there are several."""
    local = at.astimezone(shown.zone)
    return f"{_day(local)} {local:%H:%M}" if shown.several_days else f"{local:%H:%M}"


def _from_to(began: datetime, until: datetime, zone: ZoneInfo) -> str:
    here, there = began.astimezone(zone), until.astimezone(zone)
    if here.date() == there.date():
        return f"{_day(here)} {here.year}, {here:%H:%M} – {there:%H:%M}"
    return f"{_day(here)} {here.year}, {here:%H:%M} – {_day(there)} {there.year}, {there:%H:%M}"


def _day(moment: datetime) -> str:
    """`24 Nov`."""
    _, number, month, _ = kit.day(moment.date()).split()
    return f"{number} {month}"
