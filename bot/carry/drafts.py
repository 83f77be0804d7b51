"""The draft of a notification, in the room."""

from bot.carry.named import people_in
from bot.carry.showing import is_out_of_reach
from bot.effects import ShareDraft
from bot.errand import Errand, Learned, nothing, remembering
from bot.views import drafts, messages, papers


def share_draft(effect: ShareDraft, errand: Errand) -> Learned:
    """Post the draft of a notification into the room: a message, and the files in its thread."""
    record, parts = errand.record(with_timeline=True), errand.parts
    incident, now = record.incident, errand.parts.clock.now()
    if incident.room is None or is_out_of_reach(incident):
        return nothing
    known, met = people_in(record, parts)
    found = drafts.draft(record, parts.policy, effect.rule, known, now=now)
    if found is None:
        return nothing  # The policy has no such rule any more.
    values = {"by": effect.by, "rule": effect.rule, "title": found.rule.title, "cite": found.rule.cite}
    message = messages.say("clock_draft", values, incident=incident, policy=parts.policy)
    key, since = f"draft:{errand.claimed.uid}", errand.look_since
    thread = parts.slack.post(incident.room, message.arguments(), key=key, look_since=since)
    text = drafts.markdown(found)
    files = {f"{found.name}.md": text.encode(), f"{found.name}.pdf": papers.pdf(text, now=now)}
    parts.slack.upload(incident.room, thread, found.name, files, look_since=since)
    return remembering(met)
