"""Who subscribes by e-mail: asked twice, mailed once an update, and let go with one click."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import schedule
from db.models import Effect, Subscriber, SubscriberToken
from tests.site.conftest import carries


def subscribes(served, email="reader@example.com"):
    answer = served.client.post("/status/subscribe", data={"email": email})
    carries(served)
    return answer


def token_in(mail, purpose):
    """The token of a link in a mail."""
    text = mail.get_body(("plain",)).get_content()
    return re.search(rf"https://status\.example\.com/{purpose}\?token=([\w-]+)", text)[1]


def confirms(served, post_office, email="reader@example.com"):
    subscribes(served, email)
    token = token_in(post_office.to(email)[-1], "confirm")
    return served.client.post("/status/confirm", data={"token": token})


def everything(served):
    with served.store.read() as session:
        rows = [*session.scalars(select(Effect)), *session.scalars(select(SubscriberToken))]
        return repr([(getattr(row, "payload", None), getattr(row, "hash", None)) for row in rows])


def test_from_the_form_to_the_last_mail(served, post_office, publishes):
    assert "a link to confirm" in subscribes(served).text
    (question,) = post_office.to("reader@example.com")
    assert question["Subject"] == "Confirm your subscription to “Status of Example Shop”"
    token = token_in(question, "confirm")
    assert token not in everything(served), "only its hash is kept"
    publishes("investigating", "Nobody has confirmed yet.")
    assert len(post_office.mails) == 1

    looked_at = served.client.get("/status/confirm", params={"token": token})
    assert "Yes, subscribe me" in looked_at.text
    publishes("investigating", "Who only looks has not confirmed.")
    assert len(post_office.mails) == 1
    assert "From now on" in served.client.post("/status/confirm", data={"token": token}).text

    number = publishes("investigating", "Cards are <b>refused</b>.", checkout="major_outage")
    publishes("identified", "A switch is broken.", number=number)
    first, second = post_office.to("reader@example.com")[1:]
    assert first["Subject"] == "Checkout is down (Investigating)"
    assert "Checkout: Major outage" in first.get_body(("plain",)).get_content()
    assert "Cards are &lt;b&gt;refused&lt;/b&gt;." in first.get_body(("html",)).get_content()
    assert first["References"] == second["References"], "the mails of one incident are shown together"
    assert first["X-Tocsin-Incident"] is None
    assert "INC-" not in first.as_string()
    assert "Only we read this" not in first.as_string()

    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = re.fullmatch(r"<https://status\.example\.com(/unsubscribe\?token=[\w-]+)>", first["List-Unsubscribe"])[1]
    served.client.get(f"/status{leave}")
    publishes("monitoring", "It looks better.", number=number)
    assert len(post_office.to("reader@example.com")) == 4, "a program that follows links ends nothing"
    one_click = served.client.post(f"/status{leave}", data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    publishes("resolved", "All is well.", number=number)
    assert len(post_office.to("reader@example.com")) == 4
    with served.store.read() as session:
        assert session.scalars(select(Subscriber)).all() == session.scalars(select(SubscriberToken)).all() == []


def test_nobody_learns_who_subscribes(served, post_office, clock):
    new = subscribes(served, "new@example.com")
    assert confirms(served, post_office).status_code == 200
    clock.moves(timedelta(hours=1))
    sent = len(post_office.mails)
    known = subscribes(served)
    assert (known.status_code, known.text) == (new.status_code, new.text)
    assert len(post_office.mails) == sent, "who has confirmed is not bothered again"
    never = served.client.post("/status/unsubscribe", data={"token": "nonsense"})
    assert never.status_code == 200
    assert served.client.post("/status/confirm", data={"token": "nonsense"}).status_code == 410


def test_the_form_cannot_be_used_to_flood_somebody(served, post_office, clock):
    for _ in range(5):
        subscribes(served, "victim@example.com")
    assert len(post_office.mails) == 1
    clock.moves(timedelta(minutes=16))
    subscribes(served, "VICTIM@example.com")
    assert len(post_office.mails) == 2
    answers = [subscribes(served, f"victim-{n}@example.com").status_code for n in range(30)]
    assert answers[-1] == 429
    assert len(post_office.mails) < 30


@pytest.mark.parametrize(
    "email", ["", "reader", "a@b@c", "reader@example.com\r\nBcc: eve@example.com", "x" * 300 + "@e.com"]
)
def test_what_is_no_address(served, post_office, email):
    answer = subscribes(served, email)
    assert answer.status_code == 400
    assert "no e-mail address" in answer.text
    assert post_office.mails == []
    assert served.client.post("/status/subscribe", content=b"x" * 5000).status_code == 413


def test_who_never_confirms_is_forgotten(served, post_office, clock):
    subscribes(served)
    token = token_in(post_office.mails[0], "confirm")
    clock.moves(timedelta(days=2, minutes=1))
    assert served.client.post("/status/confirm", data={"token": token}).status_code == 410
    schedule.sweep(served.bot.parts)
    with served.store.read() as session:
        assert session.scalars(select(Subscriber)).all() == []


def test_hundreds_are_mailed_each_once(served, publishes):
    with served.store.begin() as work:
        for number in range(450):
            email = f"reader-{number}@example.com"
            work.session.add(Subscriber(email=email, asked_at=work.now, confirmed_at=work.now))
        work.session.add(Subscriber(email="never@example.com", asked_at=work.now))
    publishes("investigating", "Cards are refused.", carried=False)
    while served.bot.delivery.carry_one(["MailSubscribers"]):
        pass
    with served.store.read() as session:
        told = session.scalars(select(Effect).where(Effect.kind == "MailSubscriber")).all()
    assert sorted(effect.payload["subscriber"] for effect in told) == list(range(1, 451))
