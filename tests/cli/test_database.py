"""Commands beside a running bot: they see one moment, whatever is written meanwhile."""

from bot import database
from bot.workflows import incidents
from db import timeline
from db.models import Incident
from db.store import Store
from tests.cli.conftest import ANA, declare


def test_a_timeline_that_grows_while_it_is_verified_holds(store: Store) -> None:
    number = declare(store)
    with database.snapshot(store) as session:
        incident = session.get_one(Incident, number)
        with store.begin() as work:
            incidents.note(work, number=number, by=ANA.user, text="We restarted the pods")
        assert timeline.verify(session, incident) == []
        assert incident.entries == 1
    with database.snapshot(store) as session:
        assert session.get_one(Incident, number).entries == 2
