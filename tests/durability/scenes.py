"""The scenes of the crash matrix: each tells one kind of effect, and the steps are the calls that its carrier makes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from bot.effects import (
    Invite,
    PostReport,
    React,
    RefreshCard,
    RefreshReview,
    ShareDraft,
    SharePicture,
    ShareReview,
    ShowMenu,
)
from bot.workflows import answers, homes, incidents
from bot.workflows.telling import redraw, say, whisper
from db.enums import Phase
from db.models import Incident, Review
from db.store import Work
from tests.durability.stage import Stage
from tests.story import PEOPLE

ANA, BO, KAI, MIA = (f"U0{name.upper()}" for name in PEOPLE)
LONG, SHORT = "All work and no play. " * 130, "Some orders failed."
TOO_LONG = LONG * 3
COUNT = count(1)

Scene = Callable[[Stage], None]


@dataclass(frozen=True)
class Step:
    """The `nth` call of `method` while an effect of `kind` is carried; `scene` tells it."""

    scene: Scene
    kind: str
    method: str
    nth: int = 1

    def __str__(self) -> str:
        nth = f" {self.nth}" if self.nth > 1 else ""
        return f"{self.scene.__name__}-{self.kind} {self.method}{nth}"


def ongoing(stage: Stage) -> int:
    """An incident of which everything has been told."""
    number = declared(stage)
    stage.carries()
    return number


def reviewed(stage: Stage) -> int:
    """The same, in review."""
    number = ongoing(stage)
    stage.changes(incidents.move, policy=stage.policy, number=number, by=ANA, to=Phase.REVIEW)
    stage.carries()
    return number


def declared(stage: Stage, *, private: bool = False) -> int:
    """A new incident of which nothing has been told yet."""
    title = f"Checkout is down {next(COUNT)}"
    return stage.changes(incidents.declare, policy=stage.policy, by=ANA, title=title, private=private).id


def declaring(stage: Stage) -> None:
    declared(stage)


def declaring_in_private(stage: Stage) -> None:
    declared(stage, private=True)


def declaring_where_the_bot_is_no_member(stage: Stage) -> None:
    channel = stage.settings.incidents_channel
    stage.slack.person("Mia").removes(stage.slack.bot_user_id, channel)
    declared(stage)


def changing_severity(stage: Stage) -> None:
    number = stage.once(ongoing)
    with stage.store.begin() as work:
        to = "sev2" if work.incident(number).severity == "sev1" else "sev1"
        incidents.set_severity(work, policy=stage.policy, number=number, by=ANA, to=to, reason="We looked again")


def updating(stage: Stage) -> None:
    number = stage.once(ongoing)
    for text in ("alpha", "omega"):
        stage.changes(incidents.update, number=number, by=ANA, text=f"{text} {next(COUNT)}")


def whispering(stage: Stage) -> None:
    number = stage.once(ongoing)
    with stage.store.begin() as work:
        incident = work.incident(number)
        for text in ("alpha", "omega"):
            whisper(work, incident, KAI, "note", {"by": ANA, "text": f"{text} {next(COUNT)}"})


def inviting_a_stranger(stage: Stage) -> None:
    number = stage.once(ongoing)
    with stage.store.begin() as work:
        work.tell(Invite(incident=number, users=(BO, "U0NOBODY")))


def asking_for_the_menu(stage: Stage) -> None:
    channel = stage.slack.channel("general")["id"]
    asked = stage.slack.person("Ana").says("What is open?", channel)
    with stage.store.begin() as work:
        work.tell(ShowMenu(incident=None, channel=channel, thread=asked["ts"]))


def reporting_a_month(stage: Stage) -> None:
    with stage.store.begin() as work:
        work.tell(PostReport(month="2026-10"))


def opening_home(stage: Stage) -> None:
    declared(stage)
    stage.carries()
    stage.changes(homes.opened, user=KAI)


def declaring_while_home_is_open(stage: Stage) -> None:
    stage.changes(homes.opened, user=KAI)
    stage.carries()
    declared(stage)


def pinning(stage: Stage) -> None:
    number = stage.once(ongoing)
    room = _room(stage, number)
    said = stage.slack.person("Ana").says("The disk is full", room)
    with stage.store.begin() as work:
        work.tell(React(incident=number, channel=room, ts=said["ts"], emoji="white_check_mark"))


def beginning_a_review(stage: Stage) -> None:
    reviewed_later = declared(stage)
    stage.carries()
    with stage.store.begin() as work:
        incidents.move(work, policy=stage.policy, number=reviewed_later, by=ANA, to=Phase.REVIEW)
        _write(work, reviewed_later, LONG)


def redrawing_a_review(stage: Stage) -> None:
    number = stage.once(reviewed)
    _answers(stage, number, LONG)
    stage.carries()
    with stage.store.begin() as work:
        work.tell(RefreshReview(incident=number))


def redrawing_a_review_with_files(stage: Stage) -> None:
    """Too long for messages, and it was before: the old files go, new ones come."""
    number = stage.once(reviewed)
    _answers(stage, number, TOO_LONG)
    stage.carries()
    _answers(stage, number, TOO_LONG + SHORT)


def taking_files_away(stage: Stage) -> None:
    number = stage.once(reviewed)
    _answers(stage, number, TOO_LONG)
    stage.carries()
    _answers(stage, number, SHORT)


def shortening_a_review(stage: Stage) -> None:
    number = stage.once(reviewed)
    _answers(stage, number, LONG)
    stage.carries()
    _answers(stage, number, SHORT)


def lengthening_a_review(stage: Stage) -> None:
    number = stage.once(reviewed)
    _answers(stage, number, SHORT)
    stage.carries()
    _answers(stage, number, LONG)


def sharing_a_review(stage: Stage) -> None:
    number = stage.once(reviewed)
    _answers(stage, number, LONG)
    stage.carries()
    with stage.store.begin() as work:
        work.tell(ShareReview(incident=number))


def sharing_a_review_with_files(stage: Stage) -> None:
    number = stage.once(reviewed)
    _answers(stage, number, TOO_LONG)
    stage.carries()
    with stage.store.begin() as work:
        work.tell(ShareReview(incident=number))


def redrawing_a_deleted_card(stage: Stage) -> None:
    number = stage.once(ongoing)
    room = _room(stage, number)
    (card,) = stage.slack.pins(room)
    _deletes(stage, room, card["message"]["ts"])
    with stage.store.begin() as work:
        work.tell(RefreshCard(incident=number))


def redrawing_a_deleted_page(stage: Stage) -> None:
    """The first page: what comes after it must come after it again."""
    number = stage.once(reviewed)
    _answers(stage, number, LONG)
    stage.carries()
    with stage.store.read() as session:
        first = session.get_one(Review, number).pages[0]
    _deletes(stage, _room(stage, number), first)
    with stage.store.begin() as work:
        work.tell(RefreshReview(incident=number))


def drawing_a_newer_version(stage: Stage) -> None:
    """The picture of the version before is taken away."""
    number = stage.once(reviewed)
    with stage.store.begin() as work:
        work.incident(number)
        work.session.get_one(Review, number).version += 1
        work.tell(RefreshReview(incident=number))
        work.tell(SharePicture(incident=number))


def asking_for_a_picture(stage: Stage) -> None:
    number = stage.once(ongoing)
    stage.clock.moves(timedelta(seconds=1))
    with stage.store.begin() as work:
        work.tell(SharePicture(incident=number, user=KAI))


def drafting_a_notification(stage: Stage) -> None:
    number = stage.once(ongoing)
    with stage.store.begin() as work:
        work.tell(ShareDraft(incident=number, rule="gdpr-33-1", by=ANA))


def talking(stage: Stage) -> None:
    number = stage.once(ongoing)
    with stage.store.begin() as work:
        for text in ("alpha", "omega"):
            say(work, work.incident(number), "note", {"by": ANA, "text": f"{text} {next(COUNT)}"})


def _answers(stage: Stage, number: int, text: str) -> None:
    """Every answer of the review says this now."""
    with stage.store.begin() as work:
        _write(work, number, text)
        redraw(work, work.incident(number))


def _write(work: Work, number: int, text: str) -> None:
    work.incident(number)
    review = work.session.get_one(Review, number)
    for name in answers.TEXTS:
        setattr(review, name, text)


def _room(stage: Stage, number: int) -> str:
    with stage.store.read() as session:
        return session.get(Incident, number).room


def _deletes(stage: Stage, room: str, ts: str) -> None:
    mia = stage.slack.person("Mia")  # An admin.
    mia.joins(room)
    message = next(message for message in stage.slack.messages(room) if message["ts"] == ts)
    mia.deletes(message)


STEPS = [
    Step(declaring, "OpenRoom", "conversations.create"),
    Step(declaring, "Invite", "auth.test"),
    Step(declaring, "Invite", "conversations.invite"),
    Step(declaring, "RefreshCard", "chat.postMessage"),
    Step(declaring, "RefreshCard", "pins.add"),
    Step(declaring, "RefreshTopic", "conversations.setTopic"),
    Step(declaring, "RefreshAnnouncement", "conversations.list"),
    Step(declaring, "RefreshAnnouncement", "chat.postMessage"),
    Step(declaring_where_the_bot_is_no_member, "RefreshAnnouncement", "conversations.join"),
    Step(declaring_in_private, "OpenRoom", "conversations.create"),
    Step(changing_severity, "RefreshCard", "chat.update"),
    Step(changing_severity, "RefreshAnnouncement", "chat.update"),
    Step(changing_severity, "Say in room", "chat.postMessage"),
    Step(updating, "Say in announcement", "chat.postMessage"),
    Step(talking, "Say in room", "chat.postMessage"),
    Step(whispering, "Say in person", "conversations.open"),
    Step(whispering, "Say in person", "chat.postMessage"),
    Step(inviting_a_stranger, "Invite", "conversations.invite"),
    Step(asking_for_the_menu, "ShowMenu", "chat.postMessage"),
    Step(reporting_a_month, "PostReport", "chat.postMessage"),
    Step(reporting_a_month, "PostReport", "files.completeUploadExternal"),
    Step(opening_home, "RefreshHome", "views.publish"),
    Step(declaring_while_home_is_open, "RefreshHome", "views.publish"),
    Step(pinning, "React", "reactions.add"),
    Step(beginning_a_review, "RefreshReview", "chat.postMessage"),
    Step(beginning_a_review, "RefreshReview", "chat.postMessage", 2),
    Step(redrawing_a_review, "RefreshReview", "chat.update"),
    Step(redrawing_a_review, "RefreshReview", "chat.update", 2),
    Step(shortening_a_review, "RefreshReview", "chat.delete"),
    Step(beginning_a_review, "RefreshCanvas", "conversations.canvases.create"),
    Step(redrawing_a_review, "RefreshCanvas", "canvases.edit"),
    Step(redrawing_a_review_with_files, "RefreshReview", "files.completeUploadExternal"),
    Step(redrawing_a_review_with_files, "RefreshReview", "files.delete"),
    Step(sharing_a_review_with_files, "ShareReview", "files.completeUploadExternal"),
    Step(taking_files_away, "RefreshReview", "files.delete", 2),
    Step(lengthening_a_review, "RefreshReview", "chat.postMessage"),
    Step(sharing_a_review, "ShareReview", "chat.postMessage"),
    Step(sharing_a_review, "ShareReview", "chat.postMessage", 2),
    Step(sharing_a_review, "ShareReview", "files.completeUploadExternal"),
    Step(beginning_a_review, "SharePicture", "files.completeUploadExternal"),
    Step(drawing_a_newer_version, "SharePicture", "files.completeUploadExternal"),
    Step(drawing_a_newer_version, "SharePicture", "chat.delete"),
    Step(asking_for_a_picture, "SharePicture", "files.completeUploadExternal"),
    Step(drafting_a_notification, "ShareDraft", "files.getUploadURLExternal", 2),
    Step(drafting_a_notification, "ShareDraft", "files.completeUploadExternal"),
    Step(redrawing_a_deleted_card, "RefreshCard", "chat.postMessage"),
    Step(redrawing_a_deleted_card, "RefreshCard", "pins.add"),
    Step(redrawing_a_deleted_page, "RefreshReview", "chat.postMessage"),
    Step(redrawing_a_deleted_page, "RefreshReview", "chat.delete"),
]
