"""A local Slack workspace, as strict as Slack: for demos, for tests, and for whoever writes a Bolt app.

    from sandbox import Workspace, running

    ws = Workspace("app.manifest.yml")
    ana = ws.add_person("Ana")
    with running(ws) as server:
        ...  # point an app at server.api_url with ws.bot_token and ws.app_token
        ana.types("/incident declare", channel="#general")

Names are imported when they are first used, so that `import sandbox` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.errors import BadManifest, NotAMember, NothingThere, SandboxError, SlackError
    from sandbox.people import Outcome, Person
    from sandbox.server import Running, running, serve
    from sandbox.workspace import Workspace

_HOMES = {
    "BadManifest": "sandbox.errors",
    "NotAMember": "sandbox.errors",
    "NothingThere": "sandbox.errors",
    "Outcome": "sandbox.people",
    "Person": "sandbox.people",
    "Running": "sandbox.server",
    "SandboxError": "sandbox.errors",
    "SlackError": "sandbox.errors",
    "Workspace": "sandbox.workspace",
    "running": "sandbox.server",
    "serve": "sandbox.server",
}

__all__ = [
    "BadManifest",
    "NotAMember",
    "NothingThere",
    "Outcome",
    "Person",
    "Running",
    "SandboxError",
    "SlackError",
    "Workspace",
    "running",
    "serve",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sandbox' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
