"""What shows how an incident stands: the card and the topic of its room, and the announcement."""

from bot.carry.showing import is_out_of_reach, show
from bot.errand import Errand, Learned, nothing
from bot.errors import SlackRefused
from bot.views import card
from bot.workflows import rooms
from db.records import Record


def refresh_card(errand: Errand) -> Learned:
    """Post and pin the card, or bring it up to date. Posted again if somebody deleted it."""
    record, slack = errand.record(), errand.parts.slack
    incident = record.incident
    if incident.room is None or is_out_of_reach(incident):
        return nothing  # `rooms.opened`, `archived` and `found` tell it again.
    mail = errand.parts.settings.smtp is not None
    drawn = card.card(record, errand.parts.policy, mail_configured=mail, now=errand.parts.clock.now()).arguments()
    ts = show(errand, incident.room, incident.card_ts, drawn, key=f"card:{incident.uid}", since=incident.declared_at)
    if ts == incident.card_ts:
        return nothing
    slack.pin(incident.room, ts)
    return lambda work: rooms.card_posted(work, number=incident.id, ts=ts)


def refresh_topic(errand: Errand) -> Learned:
    """Set the topic."""
    record = errand.record()
    if record.incident.room is not None and not is_out_of_reach(record.incident):
        errand.parts.slack.set_topic(record.incident.room, card.topic(record, errand.parts.policy))
    return nothing


def refresh_announcement(errand: Errand) -> Learned:
    """Post the announcement, or bring it up to date."""
    _, _, learned = announce(errand.record(), errand, refresh=True)
    return learned


def announce(record: Record, errand: Errand, *, refresh: bool = False) -> tuple[str, str, Learned]:
    """Where the announcement is, with what there is to note. Posted if it is not there, and with `refresh` up to date."""
    incident = record.incident
    if incident.private:  # The last gate: whatever told this, a private incident is never announced.
        raise SlackRefused("chat.postMessage", "private_incident", "a private incident is never announced")
    channel, ts = incident.announced_in, incident.announcement_ts
    if channel is not None and ts is not None and not refresh:
        return channel, ts, nothing
    channel = channel or errand.parts.slack.channel_named(errand.parts.settings.incidents_channel)
    drawn = card.announcement(record, errand.parts.policy).arguments()
    shown = show(errand, channel, ts, drawn, key=f"announcement:{incident.uid}", since=incident.declared_at)
    if shown == ts:
        return channel, ts, nothing
    return channel, shown, lambda work: rooms.announced(work, number=incident.id, channel=channel, ts=shown)
