"""The register when many write in it at once: nobody waits for ever, nothing is doubled, and everything is as it was written."""

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from bot import policy
from bot.errors import Refused
from bot.workflows import incidents, risks
from bot.workflows.edits import Edit, keys_typed, mark
from bot.workflows.risks import Line
from db import proof
from db import risks as register
from db.enums import RiskAnswer
from db.models import Risk, RiskAnswered, RiskLink

RULES = policy.load()
INCIDENTS, WRITERS, DEEDS = (1, 2, 3), 6, 12


@pytest.fixture
def known(store):
    """Three incidents and two risks."""
    with store.begin() as work:
        for number in INCIDENTS:
            incidents.declare(work, policy=RULES, by="U0ANA", title=f"Disk {number} is full")
        for title in ("A disk fills up", "Nobody looks"):
            values = {"title": title, "likelihood": 1, "impact": 2, "owner": "U0BO"}
            risks.add(work, policy=RULES, by="U0ANA", values=values)
    return store


def deed(store, dice):
    """One thing that somebody does to the register or to an incident's answer."""
    number, risk = dice.choice(INCIDENTS), dice.choice((1, 2))
    about = {"policy": RULES, "by": f"U0P{dice.randrange(9)}"}
    with contextlib.suppress(Refused), store.begin() as work:
        match dice.randrange(6):
            case 0:
                risks.answer(work, **about, number=number, answer=RiskAnswer.UNCHANGED, risk=risk)
            case 1:
                values = {"likelihood": dice.randint(1, 5), "impact": dice.randint(1, 5)}
                raised = {"answer": RiskAnswer.RAISED, "risk": risk, "values": values, "because": "again"}
                risks.answer(work, **about, number=number, **raised)
            case 2:
                values = {"title": "Another", "likelihood": 1, "impact": 1, "owner": "U0BO"}
                risks.answer(work, **about, number=number, answer=RiskAnswer.NEW, values=values)
            case 3:
                risks.answer(work, **about, number=number, answer=RiskAnswer.NONE, because="a typo")
            case 4:
                new = {"title": "From a table", "likelihood": 1, "impact": 1, "owner": "U0BO"}
                lines = [Line(2, risk, {"description": "x"}, (number,)), Line(3, None, new, (number,))]
                *_, wrong = risks.take_over(work, **about, lines=lines, source="it")
                if wrong:
                    raise Refused(wrong[0])
            case _:
                links = register.links(work.session, seen=register.seen_by(None), risk_ids=[risk]).get(risk, ())
                stands = sorted(link.incident_id for link in links)
                edit = Edit(keys_typed(sorted({*stands} ^ {number})), mark(keys_typed(stands)))
                edits = {"description": Edit(f"{dice.random()}", "")}
                risks.change(work, **about, number=risk, edits=edits, reason="x", incidents=edit)


def test_many_writers_leave_one_register(known):
    def writes(seed):
        dice = random.Random(seed)
        for _ in range(DEEDS):
            deed(known, dice)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(writes, range(WRITERS)))
    with known.read() as session:
        assert list(map(str, proof.verify(session))) == []
        numbers = list(session.scalars(select(Risk.id).order_by(Risk.id)))
        assert numbers == list(range(1, len(numbers) + 1)), "without gaps"
        answered = {row.incident_id: row.risk_id for row in session.scalars(select(RiskAnswered))}
        links = set(map(tuple, session.execute(select(RiskLink.incident_id, RiskLink.risk_id))))
        assert {(number, risk) for number, risk in answered.items() if risk is not None} <= links
        told = session.scalar(select(func.count()).select_from(RiskAnswered))
        assert told == len(answered)
