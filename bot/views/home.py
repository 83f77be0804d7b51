"""The app's Home: what one person needs first when they come to look."""

from collections.abc import Sequence

from slack_sdk.models.views import View

from bot.policy import Policy
from bot.views import buttons, kit, lists
from db.records import ActionRecord, IncidentRecord, ReviewRecord

LISTED_MOST = 20


def home(
    incidents: Sequence[IncidentRecord],
    reviews: Sequence[ReviewRecord],
    actions: Sequence[ActionRecord],
    policy: Policy,
) -> View:
    """Declare, what waits for the reader, and the open incidents that the reader may see."""
    return kit.home(
        [
            kit.header("tocsin"),
            *kit.actions([buttons.declare(), buttons.help_()]),
            *lists.waiting(reviews, actions, most=LISTED_MOST),
            kit.divider(),
            *lists.opened(incidents, policy, most=LISTED_MOST),
        ]
    )
