"""Several bots on one PostgreSQL: they share the work, and nobody sees that there are several."""

from bot.delivery import Delivery
from bot.effects import RefreshCard
from bot.workflows import incidents
from tests.durability.scenes import ANA, ongoing
from tests.durability.stage import Stage


def test_a_refresh_is_not_carried_before_the_change_that_counts_on_it(postgresql_stage: Stage):
    """A change finds a refresh waiting and tells no second one. Another bot must not carry it before the commit."""
    stage = postgresql_stage
    number = ongoing(stage)
    with stage.store.begin() as work:
        work.tell(RefreshCard(incident=number))
    with stage.store.begin() as work:
        incidents.set_severity(work, policy=stage.policy, number=number, by=ANA, to="sev1", reason="It spreads")
        Delivery(stage.new_parts()).run_until_empty()
    stage.carries()
    assert stage.wrong() == []
