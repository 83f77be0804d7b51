"""Slack is away for long. Leadership hears of what is serious by e-mail, once, and once more when it is over."""

import threading

import pytest

from bot.effects import SendMail
from bot.watch import Watch
from bot.workflows import incidents, outages, telling
from db import queries
from tests import story as stage
from tests.stories.test_watch import looks

pytestmark = pytest.mark.waits

LEADERSHIP = """
leadership:
  - {name: Mia Müller, slack: U0MIA, email: mia@example.com}
  - {name: Kai, slack: U0KAI, email: kai@example.com}
  - {name: Ana, slack: U0ANA}
"""


@pytest.fixture
def story(on_stage, post_office):
    told = on_stage(rules=LEADERSHIP, TOCSIN_SMTP_URL=post_office.url, TOCSIN_MAIL_FROM="Tocsin <tocsin@example.com>")
    yield told
    assert told.violations() == []


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def html_of(mail):
    return mail.get_body(("html",)).get_content()


class OfOutages:
    """The mails that are not of one incident: those are told of an incident by itself, and are another story."""

    def __init__(self, office):
        self.office = office

    @property
    def mails(self):
        return [mail for mail in self.office.mails if mail["X-Tocsin-Incident"] is None]

    def to(self, address):
        return [mail for mail in self.office.to(address) if mail in self.mails]


@pytest.fixture
def outage_mails(post_office):
    return OfOutages(post_office)


def goes_away(story):
    story.slack.faults.go_down()
    looks(story, 3)


def comes_back(story):
    story.slack.faults.come_back()
    looks(story, 6)


def test_leadership_hears_of_an_outage_once_and_of_its_end_once(story, outage_mails):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down", severity="SEV1")
    bo.types("/incident take INC-1 commander")
    ana.types("/incident update Cards are refused, transfers <b>work</b>", room)
    ana.declares("A typo on the imprint", severity="SEV4")
    goes_away(story)
    looks(story, 5)
    (to_mia,) = outage_mails.to("mia@example.com")
    assert len(outage_mails.to("kai@example.com")) == 1
    assert to_mia["Subject"] == "Slack is down; INC-1 is open"
    said = text_of(to_mia)
    assert "has not answered tocsin since 2026-11-24 12:00 UTC" in said
    assert "INC-1 SEV1: Checkout is down" in said
    assert "- Detection since 2026-11-24 12:00 UTC" in said
    assert "- Incident Commander: Bo" in said
    assert "Cards are refused, transfers <b>work</b>" in said
    assert "imprint" not in said
    assert "<strong>INC-1</strong> SEV1: Checkout is down" in html_of(to_mia)
    assert "transfers &lt;b&gt;work&lt;/b&gt;" in html_of(to_mia)

    comes_back(story)
    looks(story, 5)
    _, over = outage_mails.to("mia@example.com")
    assert over["Subject"] == "Slack is back"
    assert over["References"] == to_mia["References"], "both stand in one thread"
    assert "It was away from 2026-11-24 12:00 UTC to" in text_of(over)
    assert len(outage_mails.mails) == 4


def test_nothing_serious_is_open(story, outage_mails):
    (ana,) = story.people("Ana")
    ana.declares("A typo on the imprint", severity="SEV4")
    goes_away(story)
    comes_back(story)
    assert outage_mails.mails == []


def test_a_private_incident_is_a_key_and_nothing_else(story, outage_mails):
    (ana,) = story.people("Ana")
    room = ana.declares("Somebody copied the ledger", severity="SEV1", private=True)
    ana.types("/incident update The ledger is on a stick", room)
    goes_away(story)
    for mail in outage_mails.mails:
        assert "INC-1: private, its people know more" in text_of(mail)
        assert "ledger" not in mail.as_string()
        assert "SEV1" not in mail.as_string()


def test_what_becomes_serious_while_slack_is_away(story, outage_mails):
    """Declared on the command line, say: leadership hears with the next look."""
    (ana,) = story.people("Ana")
    goes_away(story)
    assert outage_mails.mails == []
    with story.bot.parts.store.begin() as work:
        incidents.declare(work, policy=story.bot.parts.policy, by=ana.id, title="Checkout is down", severity="sev1")
    looks(story)
    looks(story, 3)
    assert len(outage_mails.to("mia@example.com")) == 1


def test_several_bots_tell_of_one_outage(story, post_office, outage_mails, database_url, tmp_path, clock):
    """Each counts for itself; the row in the database is one."""
    if story.bot.parts.store.is_sqlite:
        pytest.skip("several bots take a PostgreSQL")
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down", severity="SEV1")
    environment = {"TOCSIN_SMTP_URL": post_office.url}
    url = story.bot.parts.settings.slack_api_url
    others = [stage.bot(story.slack, url, database_url, clock, tmp_path / "policy.yml", environment) for _ in range(2)]
    watches = [Watch(other.parts, other.parts.slack, receiver=None) for other in others]
    story.slack.faults.go_down()
    for _ in range(4):
        for watch in watches:
            watch.look()
        looks(story)
    assert len(outage_mails.to("mia@example.com")) == 1
    story.slack.faults.come_back()
    looks(story)
    watches[0].look()
    assert len(outage_mails.to("mia@example.com")) == 1, "others may still be cut off"
    looks(story, 4)
    for watch in watches:
        watch.look()
        watch.parts.store.close()
    looks(story, 4)
    assert [mail["Subject"] for mail in outage_mails.to("mia@example.com")] == [
        "Slack is down; INC-1 is open",
        "Slack is back",
    ]


def test_one_bot_that_is_cut_off_alone(story, outage_mails, clock):
    """The others reach Slack. The outage goes on until this one does too, instead of ending with each of their looks."""
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down", severity="SEV1")
    goes_away(story)
    with story.bot.parts.store.begin() as work:
        assert not outages.answered(work, policy=story.bot.parts.policy, mail=True)
    looks(story)
    assert len(outage_mails.to("mia@example.com")) == 1


def test_each_recipient_stands_alone(story, post_office, outage_mails):
    """One address is refused for good, one for now: both are settled by themselves."""
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down", severity="SEV1")
    post_office.answers = {"mia@example.com": "550 nobody of that name", "kai@example.com": "451 later, please"}
    goes_away(story)
    assert outage_mails.mails == []
    with story.bot.parts.store.read() as session:
        (dead,) = queries.dead_effects(session)
    assert dead.error == "the mail server answered 550 to the recipient"
    post_office.answers = {}
    story.passes(minutes=2)
    assert len(outage_mails.to("kai@example.com")) == 1
    assert outage_mails.to("mia@example.com") == []


def test_without_a_mail_server_nothing_is_told(on_stage):
    story = on_stage(rules=LEADERSHIP)
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down", severity="SEV1")
    goes_away(story)
    comes_back(story)
    with story.bot.parts.store.read() as session:
        assert queries.outbox_depth(session) == []


def test_a_mail_server_that_is_down_as_well(story, post_office, outage_mails):
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down", severity="SEV1")
    port = post_office.port
    post_office.closes()
    goes_away(story)
    post_office.opens(port=port)
    story.passes(minutes=2)
    assert len(outage_mails.mails) == 2


def test_while_slack_is_away_mail_does_not_wait_behind_it(story, post_office):
    """Each call to a Slack that does not answer costs a time-out. One thread goes on knocking, the others do not."""
    ana, *everybody = story.people("Ana", "Bo", "Kai", "Mia")
    ana.declares("Checkout is down", severity="SEV1")
    answers = threading.Event()
    story.slack.faults.call("*", answers.wait, times=1000)
    for _ in range(3):
        story.bot.parts.health.failed()
    with story.bot.parts.store.begin() as work:
        for person in everybody:
            telling.whisper(work, work.incident(1), person.id, "note", {"by": ana.id, "text": "Are you there?"})
        incidents.update(work, number=1, by=ana.id, text="Nobody hears this now")
        values = {"began_at": work.now.isoformat(), "incidents": []}
        work.tell(
            SendMail(
                incident=1, to="mia@example.com", what="slack_back", values={**values, "ended_at": values["began_at"]}
            )
        )
    story.bot.delivery.start()
    assert post_office.delivered.wait(10)
    answers.set()
    story.bot.delivery.stop()
