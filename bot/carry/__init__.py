"""How each kind of effect reaches Slack, or a mail server: here which carrier takes which effect, beside it a file a topic.

A carrier reads the database, calls Slack, and gives back what was learned as a function that is applied in the same
transaction in which the effect is settled. Every carrier may be killed at any point and started again: it looks
before it makes a thing twice, and a thing that is there already is what it wanted.
"""

from bot import customers, homes, trackers
from bot.carry import card, drafts, mail, messages, pictures, report, reviews, rooms
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
from bot.errand import Errand, Learned


def carry(effect: Effect, errand: Errand) -> Learned:  # noqa: C901, PLR0912 -- a table that the type checker can read
    """Do it, and give back what was learned. Raises a `SlackError` or a `MailError` when it was not taken."""
    match effect:
        case OpenRoom():
            learned = rooms.open_room(errand)
        case RefreshCard():
            learned = card.refresh_card(errand)
        case RefreshTopic():
            learned = card.refresh_topic(errand)
        case RefreshAnnouncement():
            learned = card.refresh_announcement(errand)
        case RefreshReview():
            learned = reviews.refresh_review(errand)
        case RefreshCanvas():
            learned = reviews.refresh_canvas(errand)
        case ShareReview():
            learned = reviews.share_review(errand)
        case ShareDraft():
            learned = drafts.share_draft(effect, errand)
        case SharePicture():
            learned = pictures.share_picture(effect, errand)
        case Invite():
            learned = rooms.invite(effect, errand)
        case LearnMembers():
            learned = rooms.learn_members(errand)
        case CheckRoom():
            learned = rooms.check_room(effect, errand)
        case Say():
            learned = messages.say(effect, errand)
        case PostReport():
            learned = report.post_report(effect, errand)
        case RefreshHomes():
            learned = homes.tell_all(errand)
        case RefreshHome():
            learned = homes.show(effect, errand)
        case ShowMenu():
            learned = messages.show_menu(effect, errand)
        case React():
            learned = messages.react(effect, errand)
        case SendMail():
            learned = mail.send_mail(effect, errand)
        case RefreshStatusPage() | TellCustomers() | AskSubscriber():
            learned = customers.carry(effect, errand)
        case FollowIssue():
            learned = trackers.follow(effect, errand)
        case _:
            raise TypeError(f"nobody carries {effect.kind}")
    return learned
