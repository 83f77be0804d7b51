"""Who is mailed what customers are told: asked on the status page, confirmed from the mail, ended with one click.

Nobody learns from us whether an address is subscribed: every question is answered with the same words.
"""

import hashlib
import secrets
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, func, select

from bot.effects import AskSubscriber, MailSubscriber, MailSubscribers
from bot.errors import Refused
from bot.policy.words import Email
from db import notices
from db.models import Subscriber, SubscriberToken
from db.store import Work

CONFIRM, UNSUBSCRIBE = "confirm", "unsubscribe"
# Who fills in the form with somebody else's address sends them a mail: seldom, and not many to anybody.
ASKED_AGAIN = timedelta(minutes=15)
ASKED_AN_HOUR = 200
UNCONFIRMED_KEPT = timedelta(days=2)
TOKENS_KEPT = timedelta(days=365)
MAILED_AT_ONCE = 200
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


class TooMany(Refused):
    """The form is used so much that somebody must be playing with it."""


def ask(work: Work, *, email: str) -> None:
    """Mail the question whether they want it. Who has confirmed, or was asked just now, is not asked again.

    Refused when it is no address, `TooMany` when too many were asked; neither says whether the address is known.
    """
    try:
        email = _EMAIL.validate_python(email.strip()).lower()
    except ValidationError:
        raise Refused("That is no e-mail address. Go back, correct it, and try again.") from None
    recently = Subscriber.asked_at > work.now - timedelta(hours=1)
    if (work.session.scalar(select(func.count()).where(recently)) or 0) >= ASKED_AN_HOUR:
        raise TooMany("Too many people are subscribing just now. Try again in an hour.")
    work.session.flush()
    known = _of(work, email)
    if known is None:
        known = Subscriber(email=email, asked_at=work.now)
        work.session.add(known)
        work.session.flush()
    elif known.confirmed_at is not None or known.asked_at > work.now - ASKED_AGAIN:
        return
    known.asked_at = work.now
    work.tell(AskSubscriber(subscriber=known.id))


def token(work: Work, *, subscriber: int, purpose: str) -> str:
    """A fresh token for a link in a mail. Only its hash is kept."""
    made = secrets.token_urlsafe(24)
    work.session.add(SubscriberToken(hash=_hash(made), subscriber_id=subscriber, purpose=purpose, made_at=work.now))
    return made


def confirm(work: Work, *, token: str) -> bool:
    """They want it. False when the link is too old, or none of ours."""
    subscriber = _holder(work, token, CONFIRM)
    if subscriber is None:
        return False
    subscriber.confirmed_at = subscriber.confirmed_at or work.now
    return True


def unsubscribe(work: Work, *, token: str) -> bool:
    """They do not want it any more: everything about them goes. False when they are gone already."""
    subscriber = _holder(work, token, UNSUBSCRIBE)
    if subscriber is None:
        return False
    _drop(work, [subscriber.id])
    return True


def fan_out(work: Work, *, incident: int, update: int, after: int) -> None:
    """Tell each subscriber's mail, some at a time."""
    ids = notices.confirmed_subscribers(work.session, after=after, limit=MAILED_AT_ONCE)
    for subscriber in ids:
        work.tell(MailSubscriber(incident=incident, update=update, subscriber=subscriber))
    if len(ids) == MAILED_AT_ONCE:
        work.tell(MailSubscribers(incident=incident, update=update, after=ids[-1]))


def sweep(work: Work) -> int:
    """Let go of those who never confirmed, and of links that nobody will follow any more; how many of the former."""
    stale = select(Subscriber.id).where(
        Subscriber.confirmed_at.is_(None), Subscriber.asked_at < work.now - UNCONFIRMED_KEPT
    )
    ids = list(work.session.scalars(stale))
    _drop(work, ids)
    work.session.execute(delete(SubscriberToken).where(SubscriberToken.made_at < work.now - TOKENS_KEPT))
    return len(ids)


def _of(work: Work, email: str) -> Subscriber | None:
    return work.session.scalars(select(Subscriber).where(Subscriber.email == email)).one_or_none()


def _holder(work: Work, made: str, purpose: str) -> Subscriber | None:
    found = work.session.get(SubscriberToken, _hash(made))
    if found is None or found.purpose != purpose:
        return None
    if purpose == CONFIRM and found.made_at < work.now - UNCONFIRMED_KEPT:
        return None
    return work.session.get(Subscriber, found.subscriber_id)


def _drop(work: Work, ids: list[int]) -> None:
    work.session.execute(delete(SubscriberToken).where(SubscriberToken.subscriber_id.in_(ids)))
    work.session.execute(delete(Subscriber).where(Subscriber.id.in_(ids)))


def _hash(made: str) -> str:
    return hashlib.sha256(made.encode()).hexdigest()
