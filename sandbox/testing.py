"""Pytest fixtures for whoever tests a Slack app: `pytest -p sandbox.testing`, or `pytest_plugins = ["sandbox.testing"]`.

    def test_deploy(slack, slack_workspace, my_app):        # my_app connects to slack.api_url
        ana = slack_workspace.add_person("Ana")
        slack_workspace.add_channel("dev", members=[ana])
        assert ana.types("/deploy", "#dev").said == "On its way."

The manifest is `app.manifest.yml` in pytest's root directory; override the fixture `slack_manifest` to take another.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.ids import MovableClock
from sandbox.server import Running, running
from sandbox.workspace import Workspace


@pytest.fixture
def slack_manifest(pytestconfig: pytest.Config) -> Path | Mapping[str, Any]:
    """The manifest of the app under test: a path, or the manifest itself."""
    return pytestconfig.rootpath / "app.manifest.yml"


@pytest.fixture
def slack_clock() -> MovableClock:
    """The workspace's clock: it stands still until `moves(seconds)`."""
    return MovableClock()


@pytest.fixture
def slack_workspace(slack_manifest: Path | Mapping[str, Any], slack_clock: MovableClock) -> Workspace:
    """An empty workspace with the app installed; people and channels are the test's to add."""
    return Workspace(slack_manifest, clock=slack_clock)


@pytest.fixture
def slack(slack_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The workspace's server, with the SLACK_* settings in the environment as long as the test runs."""
    with running(slack_workspace) as server:
        for name, value in slack_workspace.settings().items():
            monkeypatch.setenv(name, value)
        yield server
