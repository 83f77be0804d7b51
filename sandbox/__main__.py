"""`python -m sandbox`: a Slack workspace on this machine, for the app whose manifest is given."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sandbox.errors import SandboxError
from sandbox.workspace import Workspace

# Plainly demo people; their ids are U0ANA, U0BO, U0KAI and U0MIA.
DEMO_PEOPLE = (
    ("Ana", "Ana Demo", "Europe/Berlin"),
    ("Bo", "Bo Demo", "America/New_York"),
    ("Kai", "Kai Demo", "Asia/Tokyo"),
    ("Mia", "Mia Demo", "Europe/Lisbon"),
)
DEMO_CHANNELS = ("general", "incidents")


def populate(ws: Workspace) -> None:
    """Demo people and channels, in a workspace where nobody is yet."""
    if not ws.is_empty:
        return
    for name, real_name, tz in DEMO_PEOPLE:
        ws.add_person(name, real_name=real_name, email=f"{name.lower()}@example.com", tz=tz, admin=name == "Mia")
    for channel in DEMO_CHANNELS:
        ws.add_channel(channel, members=[name for name, _, _ in DEMO_PEOPLE])


app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def main(
    manifest: Annotated[Path, typer.Option(help="The app's manifest, YAML or JSON.")] = Path("app.manifest.yml"),
    host: Annotated[
        str, typer.Option(help="Where to listen. Anybody who reaches it can act as anybody.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8100,
    state: Annotated[
        Path | None, typer.Option(help="A file that keeps the workspace; without it, it is forgotten.")
    ] = None,
    page: Annotated[bool, typer.Option(help="Serve the workspace as a page for the browser.")] = True,  # noqa: FBT002 - typer makes flags of it
    rate_limits: Annotated[bool, typer.Option(help="Limit the app's calls as Slack does.")] = True,  # noqa: FBT002 - typer makes flags of it
    print_settings: Annotated[bool, typer.Option(help="Print the SLACK_* settings and stop.")] = False,  # noqa: FBT002 - typer makes flags of it
) -> None:
    """Run a local Slack workspace, as strict as Slack, with one app installed.

    Prints the settings to point the app at it. The people are Ana, Bo, Kai and Mia; what they can do in the browser they
    can also do over HTTP (POST /sandbox/act) and in Python (sandbox.Workspace).
    """
    try:
        ws = Workspace(manifest, rate_limits=rate_limits, state=state)
        populate(ws)
        ws.url = f"http://{host}:{port}"
        if print_settings:
            typer.echo(_lines(ws))
            return
        from sandbox.server import serve  # noqa: PLC0415 - printing the settings needs no server

        serve(ws, host, port, page=page, listening=lambda: _announce(ws, page=page))
    except SandboxError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None


def _lines(ws: Workspace) -> str:
    """The settings as an .env file has them."""
    return "\n".join(f"{name}={value}" for name, value in ws.settings().items())


def _announce(ws: Workspace, *, page: bool) -> None:
    where = f"The workspace is at {ws.url}/" if page else f"The workspace listens at {ws.url}/ (no page)"
    typer.echo(f"{_lines(ws)}\n\n{where}\nStop it with Ctrl-C.")
    sys.stdout.flush()


if __name__ == "__main__":
    app(prog_name="python -m sandbox")
