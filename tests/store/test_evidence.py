"""The archive is the same from both databases, and checks without either."""

import json
import zipfile
from datetime import date

from bot import database
from bot.evidence import archive, check, controls
from bot.evidence.order import Order, Period
from tests.whole import Life, rules


def test_an_archive_from_each_database(store, clock, tmp_path):
    life = Life(store, clock, rules(tmp_path))
    life.tells()
    life.tells("Another one", private=True)
    period = Period.of(date(2026, 9, 1), date(2026, 12, 31), life.policy)
    catalogue = controls.catalogue()
    order = Order(period=period, by="U0MIA", private=False, catalogue=catalogue, made_at=clock.now())
    told, path = [], tmp_path / "evidence.zip"
    with database.snapshot(store) as session:
        made = archive.write(
            store, session, path, policy=life.policy, order=order, told=lambda done, of: told.append((done, of))
        )
    assert (made.incidents, made.breaks, told) == (2, 0, [(1, 2), (2, 2)])
    verdict = check.check(path)
    assert (verdict.differences, verdict.timelines, verdict.sha256) == ((), 2, made.sha256)
    with zipfile.ZipFile(path) as packed:
        tests = {one["test"]: one for one in json.loads(packed.read("tests.json"))}
    # Two months are over since the first incident, and nothing of them was reported; the actions' proofs and days are looked at.
    assert [gap["record"] for gap in tests["E15"]["exceptions"]] == ["2026-11", "2026-12"]
    assert {gap["why"] for gap in tests["E11"]["exceptions"]} == {"1 of 2 actions are overdue"}
    assert tests["E4"]["records"] == ["INC-1", "INC-2"]
    assert tests["E17"]["why"] == "tocsin keeps no record of impact analyses of services"
