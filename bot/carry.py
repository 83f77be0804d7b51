"""How each kind of effect reaches Slack, or a mail server.

A carrier reads the database, calls Slack, and gives back what was learned as a function that is applied in the same
transaction in which the effect is settled. Every carrier may be killed at any point and started again: it looks
before it makes a thing twice, and a thing that is there already is what it wanted.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot import customers, homes, trackers
from bot.effects import (
    AskSubscriber,
    CheckRoom,
    Effect,
    FollowIssue,
    Invite,
    LearnMembers,
    OpenRoom,
    PostReport,
    React,
    RefreshAnnouncement,
    RefreshCanvas,
    RefreshCard,
    RefreshHome,
    RefreshHomes,
    RefreshReview,
    RefreshStatusPage,
    RefreshTopic,
    Say,
    SendMail,
    ShareDraft,
    SharePicture,
    ShareReview,
    ShowMenu,
    TellCustomers,
)
from bot.errand import Errand, Learned, meet, nothing, remembering
from bot.errors import MailRefused, NotYet, SlackRefused, SlackUnclear
from bot.mail import Mail
from bot.parts import Parts
from bot.slack import NO_FILES, WHO_LEFT, is_against_canvases
from bot.views import card, document, drafts, figures, letters, lists, messages, papers, pictures
from bot.views.kit import Message
from bot.workflows import leadership, monthly, people, permissions, risks, rooms, wording
from bot.workflows.people import remember
from db import queries
from db.models import Incident
from db.records import IncidentRecord, Month, PersonRecord, Record, ReviewRecord, discreet, users_in
from db.store import Work

log = logging.getLogger(__name__)

# What is said later than this says when it happened.
LATE = timedelta(minutes=5)
# https://docs.slack.dev/interactivity/deep-linking: opens a channel in the app or, without it, in the browser.
ROOM_LINK = "https://slack.com/app_redirect?channel="
# What tells somebody of a new incident waits so long for the room that it is to lead to.
ROOM_SOON = timedelta(seconds=15)
LEADING_TO_THE_ROOM = frozenset({"leadership", "customers_asked", "role_yours", "role_wanted"})


def carry(effect: Effect, errand: Errand) -> Learned:  # noqa: C901, PLR0912 -- a table that the type checker can read
    """Do it, and give back what was learned. Raises a `SlackError` or a `MailError` when it was not taken."""
    match effect:
        case OpenRoom():
            learned = open_room(errand)
        case RefreshCard():
            learned = refresh_card(errand)
        case RefreshTopic():
            learned = refresh_topic(errand)
        case RefreshAnnouncement():
            learned = refresh_announcement(errand)
        case RefreshReview():
            learned = refresh_review(errand)
        case RefreshCanvas():
            learned = refresh_canvas(errand)
        case ShareReview():
            learned = share_review(errand)
        case ShareDraft():
            learned = share_draft(effect, errand)
        case SharePicture():
            learned = share_picture(effect, errand)
        case Invite():
            learned = invite(effect, errand)
        case LearnMembers():
            learned = learn_members(errand)
        case CheckRoom():
            learned = check_room(effect, errand)
        case Say():
            learned = say(effect, errand)
        case PostReport():
            learned = post_report(effect, errand)
        case RefreshHomes():
            learned = homes.tell_all(errand)
        case RefreshHome():
            learned = homes.show(effect, errand)
        case ShowMenu():
            learned = show_menu(effect, errand)
        case React():
            learned = react(effect, errand)
        case SendMail():
            learned = send_mail(effect, errand)
        case RefreshStatusPage() | TellCustomers() | AskSubscriber():
            learned = customers.carry(effect, errand)
        case FollowIssue():
            learned = trackers.follow(effect, errand)
        case _:
            raise TypeError(f"nobody carries {effect.kind}")
    return learned


def open_room(errand: Errand) -> Learned:
    """Make the channel, or adopt the one that an earlier attempt made."""
    incident = errand.incident()
    if incident.room is not None:
        return nothing
    room, name = errand.parts.slack.open_room(
        lambda attempt: wording.room_name(
            incident.id,
            incident.title,
            private=incident.private,
            attempt=attempt,
            prefix=errand.parts.policy.rooms.prefix,
        ),
        private=incident.private,
        since=incident.declared_at,
        known=lambda channel: _is_a_room(errand.parts, channel),
    )
    return lambda work: rooms.opened(work, number=incident.id, room=room, name=name)


def refresh_card(errand: Errand) -> Learned:
    """Post and pin the card, or bring it up to date. Posted again if somebody deleted it."""
    record, slack = errand.record(), errand.parts.slack
    incident = record.incident
    if incident.room is None or _is_out_of_reach(incident):
        return nothing  # `rooms.opened`, `archived` and `found` tell it again.
    mail = errand.parts.settings.smtp is not None
    drawn = card.card(record, errand.parts.policy, mail_configured=mail, now=errand.parts.clock.now()).arguments()
    ts = _show(errand, incident.room, incident.card_ts, drawn, key=f"card:{incident.uid}", since=incident.declared_at)
    if ts == incident.card_ts:
        return nothing
    slack.pin(incident.room, ts)
    return lambda work: rooms.card_posted(work, number=incident.id, ts=ts)


def refresh_topic(errand: Errand) -> Learned:
    """Set the topic."""
    record = errand.record()
    if record.incident.room is not None and not _is_out_of_reach(record.incident):
        errand.parts.slack.set_topic(record.incident.room, card.topic(record, errand.parts.policy))
    return nothing


def refresh_announcement(errand: Errand) -> Learned:
    """Post the announcement, or bring it up to date."""
    _, _, learned = _announce(errand.record(), errand, refresh=True)
    return learned


def _announce(record: Record, errand: Errand, *, refresh: bool = False) -> tuple[str, str, Learned]:
    """Where the announcement is, with what there is to note. Posted if it is not there, and with `refresh` up to date."""
    incident = record.incident
    if incident.private:  # The last gate: whatever told this, a private incident is never announced.
        raise SlackRefused("chat.postMessage", "private_incident", "a private incident is never announced")
    channel, ts = incident.announced_in, incident.announcement_ts
    if channel is not None and ts is not None and not refresh:
        return channel, ts, nothing
    channel = channel or errand.parts.slack.channel_named(errand.parts.settings.incidents_channel)
    drawn = card.announcement(record, errand.parts.policy).arguments()
    shown = _show(errand, channel, ts, drawn, key=f"announcement:{incident.uid}", since=incident.declared_at)
    if shown == ts:
        return channel, ts, nothing
    return channel, shown, lambda work: rooms.announced(work, number=incident.id, channel=channel, ts=shown)


def refresh_review(errand: Errand) -> Learned:
    """Bring the review document's messages up to date: update, add at the end, take away what is too many.

    What is too long for a few messages is in files below the first: the old ones are taken away, and new ones put there.
    """
    record, slack = errand.document_record(), errand.parts.slack
    incident, review = record.incident, record.review
    if review is None or incident.room is None or _is_out_of_reach(incident):
        return nothing
    now, policy = errand.parts.clock.now(), errand.parts.policy
    excerpt = document.excerpt(record, policy, now=now)
    posted = _show_pages(errand, incident, review.pages, excerpt.pages)
    files, met = tuple[str, ...](), list[PersonRecord]()
    if review.files or not excerpt.is_whole or errand.look_since:
        slack.take_away(incident.room, posted[0], (_about_files(record),), review.files)
    if not excerpt.is_whole:
        files, met = _upload(errand, record, incident.room, posted[0], _about_files(record))
        if not files:
            posted = _show_pages(errand, incident, posted, document.pages(record, policy, now=now))
    canvas = policy.review.canvas
    return remembering(
        met, lambda work: rooms.review_posted(work, number=incident.id, pages=posted, files=files, canvas=canvas)
    )


def _show_pages(
    errand: Errand, incident: IncidentRecord, known_pages: Sequence[str], pages: Sequence[Message]
) -> list[str]:
    slack, room = errand.parts.slack, incident.room
    assert room is not None
    posted: list[str] = []
    for place, page in enumerate(pages):
        known = known_pages[place] if place < len(known_pages) else None
        if known is not None and posted and known < posted[-1]:
            slack.delete(room, known)  # A page before it had to be posted anew, and now stands below it.
            known = None
        key = f"review:{incident.uid}:{place}"
        posted.append(_show(errand, room, known, page.arguments(), key=key, since=incident.declared_at))
    for surplus in known_pages[len(pages) :]:
        slack.delete(room, surplus)
    return posted


def _upload(
    errand: Errand, record: Record, channel: str, thread: str, about: str, *, look_since: datetime | None = None
) -> tuple[tuple[str, ...], list[PersonRecord]]:
    """The whole document as files in a thread; gives their ids, none where Slack takes no files, and whom we met."""
    parts = errand.parts
    known, met = _people_in(record, parts)
    files = document.files(record, parts.policy, known, now=parts.clock.now())
    try:
        return parts.slack.upload(channel, thread, about, files, look_since=look_since), met
    except SlackRefused as refusal:
        if refusal.code not in NO_FILES:
            raise
        log.warning("the review of %s is posted whole, however long it is: %s", record.incident.key, refusal)
        return (), met


def _about_files(record: Record) -> str:
    return f"The whole review of {record.incident.key}"


def refresh_canvas(errand: Errand) -> Learned:
    """Write the review document into the room's canvas. The messages have all of it: without a canvas nothing is lost.

    Where Slack has none for us (a plan without canvases, the feature or the scope missing, somebody else's canvas in the
    room), that is noted once, and nobody asks again.
    """
    record, parts = errand.document_record(), errand.parts
    incident, review = record.incident, record.review
    if review is None or incident.room is None or _is_out_of_reach(incident):
        return nothing
    if review.canvas_refused or not parts.policy.review.canvas:
        return nothing
    known, met = _people_in(record, parts)
    text, title = document.canvas(record, parts.policy, known, now=parts.clock.now()), document.title(record)
    try:
        canvas = parts.slack.at_leisure().write_canvas(
            incident.room, review.canvas, title, text, was_tried=not errand.first_try
        )
    except (SlackRefused, SlackUnclear) as refusal:
        error = refusal.code
        if not is_against_canvases(error):
            raise
        log.warning("the review of %s has no canvas: %s", incident.key, refusal)
        return lambda work: rooms.canvas_refused(work, number=incident.id, error=error)
    if canvas == review.canvas:
        return remembering(met)
    return remembering(met, lambda work: rooms.canvas_written(work, number=incident.id, canvas=canvas))


def share_review(errand: Errand) -> Learned:
    """Post the document's pages into the announcement's thread, and below them what is too long for a few messages."""
    record, parts = errand.document_record(), errand.parts
    channel, thread, learned = _announce(record, errand)
    since, now = errand.look_since, parts.clock.now()
    shown = document.excerpt(record, parts.policy, now=now)
    pages = shown.pages
    if not shown.is_whole:
        about = f"{_about_files(record)}, shared {_told(errand)}"
        files, _ = _upload(errand, record, channel, thread, about, look_since=since)
        pages = pages if files else document.pages(record, parts.policy, now=now)
    for place, page in enumerate(pages):
        key = f"share:{errand.claimed.uid}:{place}"
        parts.slack.post(channel, page.arguments(), key=key, thread=thread, look_since=since)
    _draw(
        record,
        errand,
        channel,
        f"Timeline of {record.incident.key}, shared {_told(errand)}",
        thread=thread,
        look_since=since,
    )
    return learned


def share_draft(effect: ShareDraft, errand: Errand) -> Learned:
    """Post the draft of a notification into the room: a message, and the files in its thread."""
    record, parts = errand.record(with_timeline=True), errand.parts
    incident, now = record.incident, errand.parts.clock.now()
    if incident.room is None or _is_out_of_reach(incident):
        return nothing
    known, met = _people_in(record, parts)
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


def share_picture(effect: SharePicture, errand: Errand) -> Learned:
    """Draw the timeline, and show it to whoever asked, or in the room; a private incident's in its room alone."""
    record, slack = errand.record(with_timeline=True), errand.parts.slack
    incident, review = record.incident, record.review
    text = f"Timeline of {incident.key}, asked for {_told(errand)}"
    if effect.user is not None and not incident.private:
        try:
            _draw(record, errand, slack.direct_messages_with(effect.user), text, look_since=errand.look_since)
        except SlackRefused as refusal:
            if refusal.code not in WHO_LEFT:
                raise
    elif incident.room is None or _is_out_of_reach(incident):
        pass  # It is shown nowhere else, and there it cannot be.
    elif effect.user is not None:
        _draw(record, errand, incident.room, text, look_since=errand.look_since)
    elif review is not None:
        _draw_with_review(record, review, errand, incident.room)
    return nothing


def _draw_with_review(record: Record, review: ReviewRecord, errand: Errand, room: str) -> None:
    """There is one picture with the review: that of a newer version takes the place of the one before."""
    begun = f"Timeline of {record.incident.key}, drawn for its review"
    texts = [begun, *(f"{begun}, version {number}" for number in range(1, review.version + 1))]
    since = review.created_at
    _draw(record, errand, room, texts[-1], look_since=None if errand.first_try else since)
    if texts[:-1]:
        errand.parts.slack.take_away(room, None, texts[:-1], since=since)


def _draw(
    record: Record,
    errand: Errand,
    channel: str,
    text: str,
    *,
    thread: str | None = None,
    look_since: datetime | None = None,
) -> None:
    """Share the timeline's picture under this text."""
    picture = pictures.timeline(record, errand.parts.policy, now=errand.parts.clock.now())
    name = f"{record.incident.key}-timeline.png"
    _upload_picture(errand, channel, text, name, picture, thread=thread, look_since=look_since)


def _upload_picture(
    errand: Errand,
    channel: str,
    text: str,
    name: str,
    picture: pictures.Picture,
    *,
    thread: str | None = None,
    look_since: datetime | None = None,
) -> tuple[str, ...]:
    """Share it; gives the file's id, none where Slack takes no files: what it shows is said in words beside it."""
    slack, files = errand.parts.slack, {name: picture.png}
    try:
        return slack.upload(channel, thread, text, files, alt=picture.alt, look_since=look_since)
    except SlackRefused as refusal:
        if refusal.code not in NO_FILES:
            raise
        log.warning("%s is not shown: %s", name, refusal)
        return ()


def _told(errand: Errand) -> str:
    """When it was told, to the second: by that two pictures of one thing are told apart."""
    return f"{errand.claimed.told_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def invite(effect: Invite, errand: Errand) -> Learned:
    """Bring people in; whom Slack refuses is told in the room."""
    incident = errand.incident()
    if incident.room is None:
        return nothing  # `rooms.opened` invites everybody.
    if _is_out_of_reach(incident):
        return nothing  # So does `rooms.found`.
    users, failures = _one_by_one(effect.users, errand.parts)
    failures |= errand.parts.slack.invite(incident.room, users)
    came = [user for user in users if user not in failures]

    def learned(work: Work) -> None:
        for user in came:
            rooms.joined(work, room=incident.room or "", user=user)
        if failures:
            rooms.not_invited(work, number=incident.id, failures=failures)

    return learned


def _one_by_one(ids: Iterable[str], parts: Parts) -> tuple[list[str], dict[str, str]]:
    """The people meant by the ids of people and user groups; and the groups that Slack says no about, with its code."""
    users: dict[str, None] = {}
    failures: dict[str, str] = {}
    for one in ids:
        if one in permissions.only_groups([one]):
            try:
                users.update(dict.fromkeys(sorted(parts.slack.members_of_group(one))))
            except SlackRefused as refusal:
                failures[one] = refusal.code
        elif people.is_in_slack(one):
            users[one] = None
    return list(users), failures


def learn_members(errand: Errand) -> Learned:
    """Ask who is in the room, and believe it."""
    incident = errand.incident()
    if incident.room is None or incident.room_lost:
        return nothing
    users, room = errand.parts.slack.members(incident.room), incident.room
    return lambda work: rooms.members_are(work, room=room, users=users)


def check_room(effect: CheckRoom, errand: Errand) -> Learned:
    """Compare the room and its card with the record. Two calls when all is well; nothing is listed or read.

    One call after an outage if the card was shown since: it is there. That nobody unpinned it is for the next hour's look.
    """
    incident, slack = errand.incident(), errand.parts.slack.at_leisure()
    room = incident.room
    if room is None or not (incident.phase.is_open or effect.anew):
        return nothing
    found = slack.look_at(room)
    if found is None:
        return lambda work: rooms.lost(work, number=incident.id, room=room, anew=effect.anew)
    came_back = not found.inside and not found.archived
    if came_back:
        slack.join(room)  # A private room that the bot is not in is not found.
    card_gone = False
    if incident.card_ts is not None and not found.archived:
        known = effect.away_from is not None and errand.card_shown_since(effect.away_from)
        card_gone = not known and not slack.pin(room, incident.card_ts)
    return lambda work: rooms.found(
        work,
        number=incident.id,
        room=room,
        name=found.name,
        is_archived=found.archived,
        came_back=came_back,
        card_gone=card_gone,
        draw_anew=effect.anew,
    )


def say(effect: Say, errand: Errand) -> Learned:
    """Say a thing once: in the room, in the announcement's thread, or to one person."""
    slack, policy = errand.parts.slack, errand.parts.policy
    incident = errand.incident() if effect.incident is not None else None
    waited = errand.parts.clock.now() - errand.claimed.told_at
    late, values = waited > LATE, effect.values
    if incident and effect.place == "person" and effect.what in LEADING_TO_THE_ROOM:
        if incident.room is None and waited < ROOM_SOON:
            raise NotYet("the room that it leads to is being opened")
        values = {**values, "room": incident.room}
    message = messages.say(
        effect.what,
        values,
        incident=incident,
        policy=policy,
        happened=errand.claimed.told_at if late else None,
    )
    learned: Learned = nothing
    thread: str | None = None
    if effect.place == "person":
        assert effect.user is not None
        try:
            channel = slack.direct_messages_with(effect.user)
        except SlackRefused as refusal:
            if refusal.code not in WHO_LEFT:
                raise
            return _unheard(effect, effect.user, refusal)
    elif effect.place == "announcement":
        channel, thread, learned = _announce(errand.record(), errand)
    else:
        assert incident is not None
        if incident.room is None:
            raise SlackRefused(
                "chat.postMessage", "no_room", "the room was never opened; `/incident repair` tries again"
            )
        if incident.room_lost:
            raise SlackRefused("chat.postMessage", "room_lost", "the room was deleted, or the bot was taken out of it")
        if incident.room_archived:
            return nothing  # Nobody reads there, and Slack refuses; the timeline has it.
        channel = incident.room
    slack.post(
        channel, message.arguments(), key=f"say:{errand.claimed.uid}", thread=thread, look_since=errand.look_since
    )
    if incident and effect.what == "leadership" and effect.place == "person":
        number, user = incident.id, effect.user or ""
        return lambda work: leadership.messaged(work, number=number, user=user)
    return learned


def post_report(effect: PostReport, errand: Errand) -> Learned:
    """Post the figures of a month, with those of the months before to compare them with."""
    parts, month = errand.parts, Month.parse(effect.month)
    with parts.store.read() as session:
        report = monthly.report(session, policy=parts.policy, month=month, now=parts.clock.now())
        report = discreet(report)
    message, since = figures.post(report, parts.policy), errand.look_since
    channel = parts.slack.channel_named(parts.settings.incidents_channel)
    parts.slack.post(channel, message.arguments(), key=f"report:{errand.claimed.uid}", look_since=since)
    text = f"{month.name} and the months before, posted {_told(errand)}"
    picture = pictures.months(report, parts.policy)
    shared = _upload_picture(errand, channel, text, f"incidents-{month}.png", picture, look_since=since)
    if not shared:
        return nothing
    return lambda work: monthly.chart_shared(work, month=month, file=shared[0], alt=picture.alt)


def _unheard(effect: Say, user: str, refusal: SlackRefused) -> Learned:
    """Whoever was to be told has left: the incident's room hears it, or whoever else is asked about the risk."""
    if effect.incident is not None:
        return lambda work: rooms.nobody_heard(work, user=user, said=effect)
    number = effect.values.get("risk")
    if not isinstance(number, int):
        raise refusal
    return lambda work: risks.nobody_heard(work, user=user, number=number)


def show_menu(effect: ShowMenu, errand: Errand) -> Learned:
    """Put the buttons into the thread where somebody asked for them: slash commands do not work there."""
    parts = errand.parts
    if effect.incident is not None:
        menu = lists.menu_in_room(errand.record(), parts.policy)
    else:
        with parts.store.read() as session:
            public = [incident for incident in queries.incidents_open(session) if not incident.private]
        menu = lists.menu_elsewhere(public, [], parts.policy)
    key = f"menu:{errand.claimed.uid}"
    parts.slack.post(effect.channel, menu.arguments(), key=key, thread=effect.thread, look_since=errand.look_since)
    return nothing


def react(effect: React, errand: Errand) -> Learned:
    """Show the person who pinned a message that it is on the timeline."""
    errand.parts.slack.react(effect.channel, effect.ts, effect.emoji)
    return nothing


def send_mail(effect: SendMail, errand: Errand) -> Learned:
    """Hand an e-mail to the mail server."""
    parts = errand.parts
    if parts.mailer is None:  # There was one when it was told.
        raise MailRefused("no mail server is configured: set TOCSIN_SMTP_URL, then `tocsin deliveries retry`")
    incident = errand.incident() if effect.incident is not None else None
    waited = parts.clock.now() - errand.claimed.told_at
    if incident and incident.room is None and waited < ROOM_SOON and not parts.health.degraded:
        raise NotYet("the room that it leads to is being opened")
    known, newly_known = _people_of(effect, parts)
    link = {"room_link": ROOM_LINK + incident.room} if incident and incident.room else {}
    letter = letters.letter(
        effect.what,
        {**effect.values, **link},
        policy=parts.policy,
        people=known,
        happened=errand.claimed.told_at if waited > LATE else None,
    )
    answers_to = known.get(effect.reply_to or "")
    parts.mailer.send(
        Mail(
            uid=errand.claimed.uid,
            to=effect.to,
            name=effect.name,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            incident=incident.key if incident else None,
            thread=effect.thread or (incident.uid if incident else None),
            opens=effect.opens,
            reply_to=(answers_to.name, answers_to.email) if answers_to and answers_to.email else None,
        )
    )

    def learned(work: Work) -> None:
        for person in newly_known:
            remember(work, person)
        if incident and effect.what == "leadership":
            leadership.mailed(work, number=incident.id, to=effect.to)

    return learned


def _people_of(effect: SendMail, parts: Parts) -> tuple[dict[str, PersonRecord], list[PersonRecord]]:
    """Whom the mail names, by id, and whom of them Slack was asked about. An id instead of a name delays no mail."""
    with parts.store.read() as session:
        known = queries.people(session, users_in(json.dumps(effect.values)) | {effect.reply_to or ""})
    named = (effect.values.get(name) for name in ("declared_by", "commander", "comms", "user", "by"))
    found = meet({user for user in named if user and user not in known}, parts)
    return known | {person.user: person for person in found}, found


def _people_in(record: Record, parts: Parts) -> tuple[dict[str, PersonRecord], list[PersonRecord]]:
    """Whom a document names, by id, and whom of them Slack was asked about."""
    mentioned = document.mentioned(record)
    with parts.store.read() as session:
        known = queries.people(session, mentioned)
    found = meet(mentioned - known.keys(), parts)
    return known | {person.user: person for person in found}, found


def _show(errand: Errand, channel: str, ts: str | None, drawn: Mapping[str, Any], *, key: str, since: datetime) -> str:
    """Have a message show what was drawn: updated where it is known to be, else found by its key, else posted.

    Gives its `ts`. Nobody looks for it when nobody can have posted it: it was never known, and this is the first try.
    """
    slack = errand.parts.slack
    if ts is not None and slack.update(channel, ts, drawn):
        return ts
    certainly_new = ts is None and errand.first_try
    shown = slack.post(channel, drawn, key=key, look_since=None if certainly_new else since)
    if not certainly_new:
        slack.update(channel, shown, drawn)  # What an earlier attempt posted may be older than this.
    return shown


def _is_out_of_reach(incident: IncidentRecord) -> bool:
    """Whether nothing can be shown in the room now."""
    return incident.room_archived or incident.room_lost


def _is_a_room(parts: Parts, channel: str) -> bool:
    with parts.store.read() as session:
        return session.scalar(select(Incident.id).where(Incident.room == channel)) is not None
