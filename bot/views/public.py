"""What customers read in a Slack channel: the update and nothing else."""

from slack_sdk.models.blocks import Block

from bot.policy import Policy
from bot.views import kit, labels
from bot.views.kit import Message
from db.records import CustomerUpdateRecord


def message(update: CustomerUpdateRecord, policy: Policy) -> Message:
    """The update as a message, with a link to the status page if customers have one."""
    stage = labels.stage(update.stage)
    headline = kit.say("{stage}: {title}", stage=stage, title=kit.one_line(update.title))
    blocks: list[Block] = [kit.header(f"{stage}: {update.title}"), *kit.sections(update.text)]
    states = [
        kit.say(
            "{name}: {state}", name=kit.one_line(policy.customers.component(key)), state=labels.component_state(state)
        )
        for key, state in update.components.items()
    ]
    if states:
        blocks += kit.sections(kit.bullets(states))
    small = []
    if update.next_due_at is not None:
        small.append(kit.say("Next update by {at}", at=kit.when(update.next_due_at)))
    if policy.customers.page.address and "page" in update.targets:
        small.append(kit.link(policy.customers.page.address, "Status page"))
    small = [part for part in small if part]
    if small:
        blocks.append(kit.context(*small))
    return Message.of(headline, *blocks)
