"""The app's Home: what one person needs first when they come to look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.policy import Policy
from bot.views import buttons, card, figures, kit, labels, lists, waiting
from db.records import ChartRecord, DeliveryRecord, HeldRecord, IncidentRecord, Report, Waiting

# Two blocks an item: with all else that may be there they stay below Slack's hundred.
WAITING_MOST, LISTED_MOST, ROLES_MOST, REPAIRS_MOST = 20, 20, 20, 10


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How delivery stands, for those who look after it: what has waited for long, since when, and what was given up."""

    waiting: int
    since: datetime | None
    given_up: int


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one person sees there. The incidents are those that they may see, the figures are `discreet`.

    `count` is how many incidents are open in all; `undelivered` is what they may repair; `backlog` is for administrators.
    """

    incidents: Sequence[IncidentRecord] = ()
    count: int = 0
    roles: Sequence[HeldRecord] = ()
    waiting: Waiting = field(default_factory=Waiting)
    figures: Report | None = None
    chart: ChartRecord | None = None
    undelivered: Sequence[DeliveryRecord] = ()
    backlog: Backlog | None = None


def home(sight: Sight, policy: Policy, *, now: datetime) -> View:
    """Declare, what waits for the reader, their roles, the open incidents, and the figures of the month."""
    owed = waiting.items(sight.waiting, policy, now)
    return kit.home(
        [
            kit.header("tocsin"),
            *kit.actions([buttons.declare(), buttons.help_()]),
            *_health(sight.backlog),
            *_given_up(sight.undelivered),
            *waiting.spread_out(owed, WAITING_MOST),
            *_roles(sight.roles, policy),
            kit.divider(),
            *lists.opened(sight.incidents, policy, most=LISTED_MOST, count=sight.count),
            *_figures(sight.figures, sight.chart, policy),
        ]
    )


def _roles(roles: Sequence[HeldRecord], policy: Policy) -> list[Block]:
    """Which roles the reader holds, an incident a line; nothing when they hold none."""
    held = [list(some) for _, some in groupby(roles, key=lambda role: role.incident_id)]
    lines = [
        kit.say(
            "*{roles}* · INC-{number}{drill} {room}",
            roles=", ".join(labels.role(policy, one.role) for one in some),
            number=str(some[0].incident_id),
            drill=" (drill)" if some[0].drill else "",
            room=kit.channel(some[0].room) if some[0].room else "room is being opened",
        )
        for some in held[:ROLES_MOST]
    ]
    if not lines:
        return []
    more = [f"and {len(held) - ROLES_MOST} more"] if len(held) > ROLES_MOST else []
    return [kit.section("*Your roles*"), *kit.sections(kit.bullets([*lines, *more]))]


def _figures(report: Report | None, chart: ChartRecord | None, policy: Policy) -> list[Block]:
    if report is None:
        return []
    drawn = [kit.image(chart.file, chart.alt)] if chart else []
    return [kit.divider(), kit.section("*Figures*"), *kit.sections(figures.glance(report, policy)), *drawn]


def _health(backlog: Backlog | None) -> list[Block]:
    if backlog is None:
        return []
    parts = [kit.say("Delivery: {waits}", waits=_waits(backlog))]
    if backlog.given_up:
        parts.append(kit.escape(f"{backlog.given_up} given up: `tocsin deliveries list` shows all"))
    return [kit.context(kit.join(" · ", parts))]


def _waits(backlog: Backlog) -> str:
    if backlog.since is None:
        return "nothing has to wait"
    count = "1 message waits" if backlog.waiting == 1 else f"{backlog.waiting} messages wait, the first"
    return kit.say("{count} since {since}", count=count, since=kit.when(backlog.since))


def _given_up(deliveries: Sequence[DeliveryRecord]) -> list[Block]:
    """What did not arrive, by incident, each with the button that tries again; nothing when all arrived."""
    if not deliveries:
        return []
    by_incident = groupby(sorted(deliveries, key=_incident), key=_incident)
    shown = [_of_one(number, list(lost)) for number, lost in by_incident]
    blocks: list[Block] = [kit.section(":warning: *Could not be delivered*"), *shown[:REPAIRS_MOST]]
    if len(shown) > REPAIRS_MOST:
        blocks.append(kit.context("and more: `tocsin deliveries list` shows all"))
    return blocks


def _incident(delivery: DeliveryRecord) -> int:
    return delivery.incident_id or 0


def _of_one(number: int, deliveries: Sequence[DeliveryRecord]) -> Block:
    lines = kit.bullets(card.given_up(delivery) for delivery in deliveries)
    if not number:
        return kit.section(kit.say("{lines}\n`tocsin deliveries retry` tries again.", lines=lines))
    return kit.section(
        kit.say("INC-{number}\n{lines}", number=str(number), lines=lines), accessory=buttons.repair(number)
    )
