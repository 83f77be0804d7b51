"""The app's Home: what one person needs first when they come to look."""

from collections.abc import Sequence
from itertools import groupby

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.policy import Policy
from bot.views import buttons, card, clocks, kit, lists
from db.records import ActionRecord, ClockRecord, DeliveryRecord, IncidentRecord, ReviewRecord

LISTED_MOST = 20
REPAIRS_MOST = 10


def home(
    incidents: Sequence[IncidentRecord],
    reviews: Sequence[ReviewRecord],
    actions: Sequence[ActionRecord],
    policy: Policy,
    *,
    undelivered: Sequence[DeliveryRecord] = (),
    owned: Sequence[tuple[int, ClockRecord]] = (),
) -> View:
    """Declare, what waits for the reader, and the open incidents that the reader may see.

    `owned` are the running clocks that were given to the reader, with the incident's number, also of what is over.
    `undelivered` is what was given up of incidents that the reader may see and repair.
    """
    return kit.home(
        [
            kit.header("tocsin"),
            *kit.actions([buttons.declare(), buttons.help_()]),
            *_given_up(undelivered),
            *clocks.owed(owned),
            *lists.waiting(reviews, actions, most=LISTED_MOST),
            kit.divider(),
            *lists.opened(incidents, policy, most=LISTED_MOST),
        ]
    )


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
