"""Updates for customers by e-mail, to whoever has subscribed."""

from bot.effects import AskSubscriber, MailSubscriber, MailSubscribers
from bot.errand import Errand, Learned, nothing
from bot.errors import MailRefused
from bot.mail import Mail, Mailer
from bot.parts import Parts
from bot.views import letters
from bot.views.site.html import name
from bot.workflows import subscribers
from bot.workflows.subscribers import CONFIRM, UNSUBSCRIBE
from db import notices, queries
from db.models import Subscriber


def fan_out(effect: MailSubscribers, errand: Errand) -> Learned:
    """Each subscriber's mail is an effect of its own: one mail server that says "later" holds up nobody else."""
    _mailer(errand.parts)
    return lambda work: subscribers.fan_out(work, incident=effect.incident, update=effect.update, after=effect.after)


def mail(effect: MailSubscriber, errand: Errand) -> Learned:
    """Mail one update to one subscriber; who has unsubscribed meanwhile hears nothing more."""
    parts, mailer = errand.parts, _mailer(errand.parts)
    with parts.store.read() as session:
        subscriber = session.get(Subscriber, effect.subscriber)
        update = notices.update(session, effect.update)
        notice = queries.notice(session, effect.incident)
    assert update is not None
    assert notice is not None
    if subscriber is None or subscriber.confirmed_at is None or not update.text:
        return nothing
    link = _link(parts, subscriber.id, UNSUBSCRIBE)
    page = parts.policy.customers.page
    values = {
        "site": name(parts.policy),
        "title": update.title,
        "stage": update.stage.value,
        "text": update.text,
        "components": {parts.policy.customers.component(key): state for key, state in update.components.items()},
        "next_due_at": update.next_due_at,
        "address": f"{page.address}/incidents/{notice.uid}/" if page.address and "page" in update.targets else None,
        "unsubscribe": link,
    }
    letter = letters.letter("customer_update", values, policy=parts.policy, people={})
    # RFC 8058: the mail program unsubscribes with one POST, without a page in between.
    headers = {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mailer.send(
        Mail(
            uid=errand.claimed.uid,
            to=subscriber.email,
            name="",
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            thread=notice.uid,
            headers=headers,
        )
    )
    return nothing


def ask(effect: AskSubscriber, errand: Errand) -> Learned:
    """Mail the link with which they confirm."""
    parts, mailer = errand.parts, _mailer(errand.parts)
    with parts.store.read() as session:
        subscriber = session.get(Subscriber, effect.subscriber)
    if subscriber is None or subscriber.confirmed_at is not None:
        return nothing
    values = {"site": name(parts.policy), "confirm": _link(parts, subscriber.id, CONFIRM)}
    letter = letters.letter("customer_confirm", values, policy=parts.policy, people={})
    uid, to = errand.claimed.uid, subscriber.email
    mailer.send(Mail(uid=uid, to=to, name="", subject=letter.subject, text=letter.text, html=letter.html))
    return nothing


def _mailer(parts: Parts) -> Mailer:
    if parts.mailer is None:
        raise MailRefused("no mail server is configured: set TOCSIN_SMTP_URL, then `tocsin deliveries retry`")
    return parts.mailer


def _link(parts: Parts, subscriber: int, purpose: str) -> str:
    """A link that only this mail holds. What is kept is a hash, so a mail that is sent again bears another one."""
    with parts.store.begin() as work:
        token = subscribers.token(work, subscriber=subscriber, purpose=purpose)
    return f"{parts.policy.customers.page.forms}/{purpose}?token={token}"
