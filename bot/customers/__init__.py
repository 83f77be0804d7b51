"""How a published update reaches customers: one small adapter a target, all of one shape.

An adapter is a function that is given an effect and its errand and gives back what was learned, as in `bot.carry`. It
may be killed and started again at any point, and looks before it says a thing twice.
"""

from bot.customers import channel, mail, page, statuspage
from bot.effects import (
    AskSubscriber,
    Effect,
    MailSubscriber,
    MailSubscribers,
    PostForCustomers,
    RefreshStatusPage,
    ShowOnStatuspage,
)
from bot.errand import Errand, Learned


def carry(effect: Effect, errand: Errand) -> Learned:
    """Bring it to its target. Raises a `SlackError`, `MailError` or `TargetError` when it was not taken."""
    match effect:
        case RefreshStatusPage():
            learned = page.write(errand)
        case PostForCustomers():
            learned = channel.post(effect, errand)
        case ShowOnStatuspage():
            learned = statuspage.show(effect, errand)
        case MailSubscribers():
            learned = mail.fan_out(effect, errand)
        case MailSubscriber():
            learned = mail.mail(effect, errand)
        case AskSubscriber():
            learned = mail.ask(effect, errand)
        case _:
            raise TypeError(f"nobody carries {effect.kind}")
    return learned
