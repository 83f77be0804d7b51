"""What customers read in a Slack channel: the update and nothing else."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.policy import Policy
from bot.policy.customers import PAGE
from bot.views import kit, labels
from bot.views.kit import Message, Safe
from db.records import CustomerUpdateRecord

# Escaping may make a text five times as long; a message takes some 12,000 characters.
TEXT_MOST, STATES_MOST, NAME_MOST = 8_500, 2_000, 100


def message(update: CustomerUpdateRecord, policy: Policy) -> Message:
    """The update as a message, with a link to the status page if customers have one."""
    headline = kit.say("{stage}: {title}", stage=labels.stage(update.stage), title=kit.one_line(update.title))
    blocks: list[Block] = [kit.section(kit.say("*{headline}*", headline=headline))]
    blocks += kit.sections(kit.clip(update.text, TEXT_MOST))
    blocks += kit.sections(kit.clip(kit.bullets(_states(update, policy)), STATES_MOST))
    address = policy.customers.page.address if PAGE in update.targets else None
    small = [
        kit.say("Next update by {at}", at=kit.when(update.next_due_at)) if update.next_due_at else Safe(""),
        kit.say("Status page: {address}", address=address) if address else Safe(""),
    ]
    if any(small):
        blocks.append(kit.context(*filter(None, small)))
    return Message.of(headline, *blocks)


def _states(update: CustomerUpdateRecord, policy: Policy) -> Iterator[Safe]:
    for key, state in update.components.items():
        name = kit.one_line(policy.customers.component(key), NAME_MOST)
        yield kit.say("{name}: {state}", name=name, state=labels.component_state(state))
