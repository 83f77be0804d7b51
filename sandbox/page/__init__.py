"""The sandbox's page: the workspace in a browser, as people know Slack. Built with NiceGUI, so it is Python throughout.

    from sandbox.page import attach

    attach(app, ws)  # on the engine's Starlette application, before it starts

Rooms: `mrkdwn`, `richtext`, `markdown`, `dates`, `emoji`, `viewpoint` (texts to safe HTML, pure) · `blocks`, `controls`,
`pickers`, `form`, `values`, `stage` (Block Kit) · `message`, `stream`, `conversation`, `thread`, `composer`, `sidebar`,
`home`, `modal`, `traffic`, `trouble`, `welcome`, `desk` (what stands on the page) · `tag`, `pieces` (how it is drawn) ·
`tab`, `sight`, `stages` (who looks, at what, and how their verbs reach the workspace).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.applications import Starlette

    from sandbox.workspace import Workspace

FAVICON = "🔔"

_attached: list[object] = []


def attach(app: Starlette, ws: Workspace) -> None:
    """Serve the page at `/` of `app`; `/?as=<person>&channel=<name>` opens it as somebody, somewhere.

    Call it after the engine's own routes are there: what they do not answer falls to the page. NiceGUI keeps its state in
    the process, so one process can serve one page; a second call raises RuntimeError.
    """
    if _attached:
        raise RuntimeError("this process already serves a page; start a second sandbox in a process of its own")
    from nicegui import Client, ui  # noqa: PLC0415 - NiceGUI takes half a second, which the API part shall not cost

    from sandbox.page import desk  # noqa: PLC0415 - the same

    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")

    @ui.page("/", title=f"{ws.team_name} · sandbox")
    def page(client: Client) -> None:
        asked = client.request.query_params
        ui.add_css(style)
        ui.colors(primary="#1264a3")
        person = desk.person_from(ws, asked.get("as", ""))
        if person is None:
            ui.label("Nobody works here yet: add a person with Workspace.add_person, then reload.")
            return
        desk.draw(ws, person, desk.place_from(ws, person, asked.get("channel", "")), client)

    ui.run_with(
        cast("FastAPI", app),  # it only mounts itself there and joins the lifespan, which Starlette has too
        title="sandbox",
        favicon=FAVICON,
        tailwind=False,
        show_welcome_message=False,
        binding_refresh_interval=None,
    )
    _attached.append(app)
