"""Whatever people send, they get an answer; nothing they write shouts at a channel, and nothing of it breaks the bot.

Payloads go straight into Bolt, as the threads of its socket hand them over. What the bot then says is carried to the
workspace, and everything that it said there is looked through.
"""

import io
import json
import os

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from slack_bolt import BoltRequest

from bot.app import Tocsin
from bot.metrics import BUGS
from tests.durability.forging import ATTACKS, Attack, Happens, Scene, shouts
from tests.durability.stage import Stage

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXAMPLES = 2500 if NIGHTLY else 60
# A timeline that grows for ever would make every further input slower.
INPUTS_AN_INCIDENT = 100

# Who names what is not there makes the bot ask for it.
NOT_THERE = ("channel_not_found", "message_not_found", "thread_not_found", "user_not_found", "bad_timestamp")

# Half of a letter: JSON may hold it, UTF-8 may not.
NO_LETTER = Happens("U0ANA", 0, "channel_rename", "\ud800", "1795500000.000100")
# Longer than any zone, and than Slack lets a room's name be.
NO_ZONE = Happens("U0ANA", 0, "user_change", "w" * 400, "1795500000.000100")
NO_NAME = Happens("U0ANA", 0, "channel_rename", "w" * 400, "1795500000.000100")

sent = settings(
    max_examples=EXAMPLES,
    derandomize=not NIGHTLY,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink] if NIGHTLY else [Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def on_sqlite(sqlite_stage: Stage, one_bot: list[Tocsin]) -> Scene:
    return _scene(sqlite_stage, one_bot[0])


@pytest.fixture(scope="module")
def on_postgresql(postgresql_stage: Stage, two_bots: list[Tocsin]) -> Scene:
    return _scene(postgresql_stage, two_bots[0])


@sent
@given(attack=ATTACKS)
@example(attack=NO_LETTER)
@example(attack=NO_ZONE)
@example(attack=NO_NAME)
def test_it_is_answered_on_sqlite(on_sqlite, log, attack):
    _is_answered(on_sqlite, log, attack)


@sent
@given(attack=ATTACKS)
@example(attack=NO_LETTER)
@example(attack=NO_ZONE)
@example(attack=NO_NAME)
def test_it_is_answered_on_postgresql(on_postgresql, log, attack):
    _is_answered(on_postgresql, log, attack)


def _is_answered(scene: Scene, log: io.StringIO, attack: Attack) -> None:
    if next(scene.inputs) % INPUTS_AN_INCIDENT == 0:
        scene.begins_anew()
    log.seek(0)
    log.truncate()
    bugs, said = BUGS._value.get(), scene.slack.requests.next_number()
    answer = _sends(scene, attack)
    scene.stage.carries()
    assert BUGS._value.get() == bugs, log.getvalue()
    assert answer.status == 200
    assert "Traceback" not in log.getvalue()
    assert "a bug in tocsin" not in log.getvalue()
    assert list(shouts(json.loads(answer.body or "{}"))) == []
    for request in scene.slack.requests:
        if request.number > said:
            assert request.violation is None or request.answer["error"] in NOT_THERE, request.violation
            assert list(shouts(request.arguments)) == [], request.method


def _sends(scene: Scene, attack: Attack):
    with scene.slack.state.change():
        payload = attack.payload(scene)
    return scene.bot.bolt.dispatch(BoltRequest(body=payload, mode="socket_mode"))


def _scene(stage: Stage, bot: Tocsin) -> Scene:
    scene = Scene(stage, bot)
    scene.begins_anew()
    return scene
