"""The right people outside the room hear of it in time: a story for each rule of the built-in policy, and for each trouble."""

import pytest

from bot import policy, schedule
from db import queries
from db.enums import EntryKind
from tests.story import text

LEADERSHIP = """
leadership:
  - {name: Mia Müller, slack: U0MIA, email: mia@example.com}
  - {name: Lea, email: lea@example.com}
"""
MIA, LEA = "mia@example.com", "lea@example.com"


@pytest.fixture
def begin(on_stage, post_office):
    """Begins a story with a mail server and this policy; no rule of Slack's is broken in it."""
    told = []

    def with_policy(rules=LEADERSHIP):
        sender = "Tocsin <tocsin@example.com>"
        told.append(on_stage(rules=rules, TOCSIN_SMTP_URL=post_office.url, TOCSIN_MAIL_FROM=sender))
        return told[-1]

    yield with_policy
    for story in told:
        assert story.violations() == []


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail):
    return mail.get_body(("html",)).get_content()


def first_lines(mails):
    return [text_of(mail).partition("\n")[0] for mail in mails]


def messages_to(actor):
    return [text(message) for message in actor.direct_messages()]


def test_a_sev1_from_the_declaration_to_the_end_and_back(begin, post_office):
    """Each reader has one thread: told at once, upgraded or not, recovering, a relapse, closed, opened again after all."""
    story = begin()
    ana, bo, mia = story.people("Ana", "Bo", "Mia")
    room = ana.declares("Cards <b>fail</b>", severity="SEV1", what_is_happening="Since 12:00 cards are refused.")
    (mail,) = post_office.to(MIA)
    (to_lea,) = post_office.to(LEA)
    assert mail["Subject"] == "INC-1: Cards <b>fail</b>"
    assert mail["X-Tocsin-Incident"] == "INC-1"
    said = text_of(mail)
    for fact in (
        "INC-1 was declared by Ana at 2026-11-24 12:00 UTC. You are told because it is of a high severity.",
        "- Severity: SEV1 (Most customers cannot work",
        "- Incident Commander: nobody yet",
        "Since 12:00 cards are refused.",
        "What is not known yet\n---------------------\n\n- Nobody has confirmed the severity\n- Customer data involved?",
        f"https://slack.com/app_redirect?channel={room.id}",
    ):
        assert fact in said
    assert "Cards <b>" not in html_of(mail)
    assert f'<a href="https://slack.com/app_redirect?channel={room.id}">' in html_of(mail)
    assert room.card.shows("Leadership told", "2026-11-24 12:00 UTC", "(2 of 2)")
    (message,) = messages_to(mia)
    assert "*INC-1* is *SEV1*. You are told because it is of a high severity." in message
    assert f"<#{room.id}>" in message

    bo.types("/incident take INC-1 comms")
    ana.types("/incident take commander", room)
    ana.types("/incident note This and the like is for the room alone", room)
    ana.types("/incident update Half of the cards work", room)
    assert len(post_office.to(MIA)) == 1, "what changes no fact is no news"
    for typed in (
        "phase containment",
        "phase recovery",
        "phase containment",
        "phase recovery",
        "dismiss a drill of Bo's",
    ):
        ana.types(f"/incident {typed}", room)
    ana.types("/incident reopen it was none", room)
    mails = post_office.to(MIA)
    assert first_lines(mails[1:]) == [
        "INC-1 is in Recovery: what fails is being brought back.",
        "A correction: INC-1 is back in Containment.",
        "INC-1 is in Recovery: what fails is being brought back.",
        "A correction: INC-1 was a false alarm.",
        "A correction: INC-1 is not over, it is open again.",
    ]
    assert "Ana: a drill of Bo's" in text_of(mails[4])
    assert "Half of the cards work" in text_of(mails[1])
    assert "- Incident Commander: Ana" in text_of(mails[1])
    assert {again["References"] for again in mails[1:]} == {mail["Message-ID"]}
    assert {again["In-Reply-To"] for again in post_office.to(LEA)[1:]} == {to_lea["Message-ID"]}
    assert mail["Message-ID"] != to_lea["Message-ID"]
    assert {again["Subject"] for again in mails[1:]} == {"Re: INC-1: Cards <b>fail</b>"}
    assert {again["Reply-To"] for again in mails[1:]} == {"Bo <bo@example.com>"}
    assert mail["Reply-To"] is None, "nobody was Communication Lead then"
    assert len(mails) == len(post_office.to(LEA)) == len(messages_to(mia)) == 6
    assert story.told(1).count("escalated") == 1
    assert story.told(1).count("told") == 5
    assert "told leadership (Mia Müller, Lea): it is of a high severity" in text(
        ana.types("/incident timeline", room).message
    )


def test_a_sev3_is_no_news_until_it_is_upgraded_and_a_downgrade_is_a_correction(begin, post_office):
    story = begin()
    ana, mia = story.people("Ana", "Mia")
    room = ana.declares("Search is slow", severity="SEV3")
    ana.types("/incident phase containment", room)
    assert post_office.mails == []
    assert messages_to(mia) == []
    ana.types("/incident severity sev1 nobody finds anything", room)
    ana.types("/incident severity sev2 only EU is affected", room)
    ana.types("/incident severity sev4 a cache was cold", room)
    ana.types("/incident severity sev1 or not", room)
    mails = post_office.to(MIA)
    assert first_lines(mails) == [
        "INC-1 was declared by Ana at 2026-11-24 12:00 UTC. You are told because it is of a high severity.",
        "A correction: INC-1 is SEV2 now, no longer SEV1.",
        "A correction: INC-1 is SEV4 now, no longer SEV2.",
        "It is worse than you were told: INC-1 is SEV1 now, no longer SEV4.",
    ]
    assert "Ana: only EU is affected" in text_of(mails[1])
    (rule,) = story.record(1).escalations
    assert (rule.rule, rule.facts) == ("high", {"high": True})


def test_security_with_customer_data_is_told_at_any_severity(begin, post_office):
    """Customer data that nobody knows of yet counts, until somebody does."""
    story = begin()
    (ana,) = story.people("Ana")
    ana.declares("A laptop was stolen", severity="SEV4", kind="Operational", customer_data_involved="Yes")
    assert post_office.mails == []
    ana.declares("A key was found on a forum", severity="SEV4", kind="Security", customer_data_involved="No")
    assert post_office.mails == []
    room = ana.declares("Strange logins", severity="SEV4", kind="Security")
    (mail,) = post_office.to(MIA)
    assert "because it is a security incident and customer data is involved, as far as is known" in text_of(mail)
    assert "- Customer data involved?\n" in text_of(mail)
    ana.types("/incident phase assessment", room)
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", customer_data="Yes", personal_data="Yes")
    _, known = post_office.to(MIA)
    assert "“Customer data involved?” Yes (so far: Not known yet)" in text_of(known)
    assert "one more reason to tell you: personal data is involved" in text_of(known)
    ana.clicks("Answer questions", on=room.card)
    ana.fills("Three answers", customer_data="No")
    *_, better = post_office.to(MIA)
    assert "“Customer data involved?” No (so far: Yes)" in text_of(better)
    assert len(post_office.to(MIA)) == 3


def test_customers_who_notice_are_the_communication_leads_business(begin, post_office):
    story = begin()
    ana, kai = story.people("Ana", "Kai")
    room = ana.declares("Prices are wrong", severity="SEV3", service_affecting="Yes")
    assert room.said("Customers are to be told how it stands", "nobody is Communication Lead", "/incident take comms")
    ana.types("/incident assign comms @Kai", room)
    other = ana.declares("Prices are wrong again", severity="SEV3")
    ana.types("/incident assign comms @Kai", other)
    ana.types("/incident phase assessment", other)
    ana.clicks("Answer questions", on=other.card)
    ana.fills("Three answers", service_affecting="Yes")
    assert any("You are Communication Lead of INC-2: tell the customers" in said for said in messages_to(kai))
    assert post_office.to(MIA) == post_office.to(LEA) == []


def test_of_a_drill_nothing_leaves_the_house(begin, post_office):
    story = begin()
    ana, mia = story.people("Ana", "Mia")
    room = ana.declares(
        "Data centre on fire", severity="SEV1", kind="Security", customer_data_involved="Yes", drill=True
    )
    ana.types("/incident phase recovery", room)
    ana.types("/incident severity sev4 it was a candle", room)
    ana.types("/incident dismiss enough for today", room)
    assert post_office.mails == []
    assert messages_to(mia) == []
    assert room.said("*DRILL*", "Leadership would be told now (Mia Müller, Lea): it is of a high severity")
    assert "leadership would have been told" in room.card.text
    assert "would have told leadership" in text(ana.types("/incident timeline", room).message)


def test_of_a_private_incident_only_who_is_named_for_it_and_nothing_that_was_written(begin, post_office):
    rules = """
leadership:
  - {name: Mia, slack: U0MIA, email: mia@example.com, private: true}
  - {name: Lea, email: lea@example.com}
"""
    story = begin(rules)
    ana, bo, mia = story.people("Ana", "Bo", "Mia")
    room = ana.declares(
        "Zebra leak", severity="SEV1", kind="Security", private=True, what_is_happening="Zebra on a forum"
    )
    ana.types("/incident take commander", room)
    ana.types("/incident assign comms @Bo", room)
    ana.types("/incident update Zebra is contained", room)
    ana.types("/incident severity sev2 Zebra is smaller", room)
    ana.types("/incident dismiss Zebra was a test", room)
    assert post_office.to(LEA) == []
    first, *_ = mails = post_office.to(MIA)
    assert len(mails) == 3
    assert first["Subject"] == "INC-1: a private incident"
    assert "It is private: its title and its people are named in its room only." in text_of(first)
    assert "- Severity: SEV1" in text_of(first)
    for mail in mails:
        for secret in ("Zebra", "zebra", "Ana", ana.id, "Bo", bo.id):
            assert secret not in "".join((str(mail["Subject"]), str(mail["Reply-To"]), text_of(mail), html_of(mail)))
    assert "Zebra" not in story.everything_outside("inc-1-private")
    assert len(messages_to(mia)) == 3
    assert "Leadership told" in room.card.text
    assert "(1 of 1)" in room.card.text


def test_nobody_is_named_for_private_incidents(begin, post_office):
    story = begin()
    (ana,) = story.people("Ana")
    room = ana.declares("Zebra leak", severity="SEV1", private=True)
    assert post_office.mails == []
    assert room.card.shows("Leadership: the policy names nobody who is told of private incidents")
    assert "escalated" not in story.told(1)


def test_a_mail_server_that_is_down_for_two_hours_and_slack_that_asks_to_wait(begin, post_office):
    """What waited is told once, in order, and says of when it is."""
    story = begin()
    ana, mia = story.people("Ana", "Mia")
    port = post_office.port
    post_office.closes()
    story.slack.faults.rate_limit("conversations.open", retry_after=30, times=2)
    room = ana.declares("Checkout is down", severity="SEV1")
    assert room.card.shows("Leadership is being told: 0 of 2 so far")
    for typed in ("severity sev2 only EU is affected", "phase recovery", "phase containment"):
        story.passes(minutes=40)
        ana.types(f"/incident {typed}", room)
    assert room.card.shows("Leadership is being told: 0 of 2 so far by e-mail, 1 in Slack")
    assert len(messages_to(mia)) == 4
    post_office.opens(port=port)
    for _ in range(5):
        story.passes(minutes=1)
    for reader in (MIA, LEA):
        mails = post_office.to(reader)
        assert first_lines(mails) == [
            "Sent late: this is of 2026-11-24 12:00 UTC.",
            "Sent late: this is of 2026-11-24 12:40 UTC.",
            "Sent late: this is of 2026-11-24 13:20 UTC.",
            "A correction: INC-1 is back in Containment.",
        ]
        assert "SEV1" in text_of(mails[0])
        assert "Sent late: this is of 2026-11-24 12:00 UTC" in html_of(mails[0])
    assert room.card.shows("Leadership told", "(2 of 2)")


def test_a_hundred_readers_an_address_that_is_none_and_titles_that_want_to_be_headers(begin, post_office, database_url):
    count = 100 if database_url.startswith("sqlite") else 10  # A mail is a mail, whatever the database.
    readers = "".join(f"  - {{name: Reader {n}, email: reader{n}@example.com}}\n" for n in range(count))
    story = begin(f"leadership:\n{readers}")
    (ana,) = story.people("Ana")
    post_office.answers = {"reader7@example.com": "550 nobody of that name", "reader8@example.com": "451 later"}
    room = ana.declares("Fire\r\nBcc: eve@example.com\r\n\r\nSend money", severity="SEV1")
    assert len(post_office.mails) == count - 2
    for mail in post_office.mails:
        assert mail["Subject"] == "INC-1: Fire Bcc: eve@example.com Send money"
        assert mail["Bcc"] is None
    assert room.card.shows(
        f"Leadership told: {count - 2} of {count}; an e-mail could not be sent", "answered 550 to the recipient"
    )
    post_office.answers = {}
    story.passes(minutes=2)
    assert len(post_office.to("reader8@example.com")) == 1
    ana.types("/incident repair", room)
    assert len(post_office.to("reader7@example.com")) == 1
    assert room.card.shows("Leadership told", f"({count} of {count})")
    assert len(post_office.mails) == count


def test_without_a_mail_server_slack_must_do(on_stage):
    story = on_stage(rules=LEADERSHIP)
    ana, mia = story.people("Ana", "Mia")
    room = ana.declares("Checkout is down", severity="SEV1")
    assert len(messages_to(mia)) == 1
    assert room.card.shows("Leadership told", "(1 of 1), in Slack · Leadership e-mail: not configured")


def test_rules_of_ones_own_wait_for_their_time_and_call_people(begin, post_office):
    story = begin(
        LEADERSHIP
        + """
escalation:
  high: {enabled: false}
  long:
    when: age >= 4h and phase in [detection, assessment]
    why: nobody knows after four hours what it is
    then: {leadership: true, invite: [U0KAI, S0ONCALL]}
"""
    )
    ana, bo = story.people("Ana", "Bo")
    story.slack.state.usergroups["S0ONCALL"] = {"id": "S0ONCALL", "handle": "oncall", "users": [bo.id]}
    room = ana.declares("Strange noises", severity="SEV3")
    story.passes(hours=3, minutes=59)
    assert story.minute_strikes() == 0
    assert post_office.mails == []
    story.passes(minutes=1)
    assert story.minute_strikes() == 1
    assert story.minute_strikes() == 0
    assert len(post_office.to(MIA)) == 1
    assert room.members == {"Ana", "Kai", "Bo"}
    assert room.said("Leadership is told", "nobody knows after four hours what it is", "Called into this room")
    entry = next(e for e in story.record(1).timeline if e.kind is EntryKind.ESCALATED)
    assert entry.data["rules"] == ["long"]
    with story.bot.parts.store.read() as session:
        assert queries.dead_effects(session) == []


def test_a_policy_that_is_read_again_is_followed_at_once(on_stage, post_office, tmp_path):
    """Open incidents meet the new rules within a minute, new leaders hear of them, and jobs come at the new times."""
    story = on_stage(TOCSIN_SMTP_URL=post_office.url)
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", severity="SEV1")
    assert story.minute_strikes() == 0
    assert room.card.shows("Leadership: the policy names nobody")
    jobs = schedule.scheduler(story.bot.parts, story.bot.watch)
    jobs.start(paused=True)
    for readers, hour in (([MIA], 7), ([MIA, LEA], 8)):
        leaders = ", ".join(f"{{name: Reader, email: {address}}}" for address in readers)
        path = tmp_path / "new.yml"
        path.write_text(f"leadership: [{leaders}]\nreview: {{chase: {{cron: '15 {hour} * * *'}}}}\n")
        story.bot.parts.rulebook.policy = policy.load(path)
        schedule.follow_policy(jobs, story.bot.parts)
        assert f"hour='{hour}'" in str(jobs.get_job("chase").trigger)
        assert story.minute_strikes() == 1
        assert {mail["To"].addresses[0].addr_spec for mail in post_office.mails} == set(readers)
        assert story.minute_strikes() == 0
    jobs.shutdown(wait=False)
    assert len(post_office.mails) == 2
    assert room.card.shows("Leadership told", "(2 of 2)")
