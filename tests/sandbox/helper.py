"""The tests' Bolt app: answers in every way an app can, and remembers what reached it in `seen`."""

from typing import Any

from slack_bolt import App

from tests.sandbox.payloads import actions, button, field, home, modal, option, plain, section, select, text_input

Seen = list[Any]

TICKET = modal(
    field(text_input(), block_id="title", label=plain("Title")),
    field(
        select(
            action_id="size", options=[option("s", "Small"), option("l", "Large")], initial_option=option("s", "Small")
        ),
        block_id="size",
        label=plain("How big?"),
    ),
    field({"type": "users_select", "action_id": "who"}, block_id="who", label=plain("Who does it?"), optional=True),
    field({"type": "datepicker", "action_id": "day"}, block_id="day", label=plain("Due"), optional=True),
    field(
        {"type": "checkboxes", "action_id": "urgent", "options": [option("yes", "It is urgent")]},
        block_id="urgent",
        label=plain("Urgent"),
        optional=True,
    ),
    field(
        {"type": "multi_external_select", "action_id": "tags", "min_query_length": 0},
        block_id="tags",
        label=plain("Tags"),
        optional=True,
    ),
    title=plain("New ticket"),
    submit=plain("Create"),
    callback_id="ticket",
    notify_on_close=True,
)


def register(app: App, seen: Seen) -> None:
    """All listeners."""
    _commands(app, seen)
    _modals(app, seen)
    _messages(app, seen)
    _shortcuts_and_home(app, seen)


def _commands(app: App, seen: Seen) -> None:
    @app.command("/deploy")
    def deploy(ack, body, client, respond):
        seen.append(body)
        word = body["text"].split()[0] if body["text"] else ""
        if word == "modal":
            client.views_open(trigger_id=body["trigger_id"], view=TICKET)
        if word == "twice":
            respond("first")
            respond("second")
        if word == "loud":
            ack({"response_type": "in_channel", "text": "deployed"})
        elif word in ("quiet", "modal"):
            ack()
        else:
            ack("on its way")

    @app.command("/raw")
    def raw(ack, body):
        seen.append(body)
        ack()


def _modals(app: App, seen: Seen) -> None:
    @app.view("ticket")
    def submitted(ack, view):
        seen.append(view["state"]["values"])
        title = view["state"]["values"]["title"]["text"]["value"]
        if title == "bad":
            ack(response_action="errors", errors={"title": "Not this one"})
        elif title == "next":
            ack(response_action="push", view=modal(title=plain("Second")))
        elif title == "other":
            ack(response_action="update", view=modal(title=plain("Changed")))
        else:
            ack()

    @app.view_closed("ticket")
    def closed(ack, body):
        seen.append({"closed": body["is_cleared"]})
        ack()

    @app.options("tags")
    def tags(ack, payload):
        ack(options=[option(one, one.title()) for one in ("red", "green", "blue") if payload["value"].lower() in one])


def _messages(app: App, seen: Seen) -> None:
    @app.action("go")
    def went(ack, body, respond):
        seen.append(body["actions"][0])
        ack()
        if "response_url" in body:
            respond(text="gone", replace_original=False)

    @app.action("replace")
    def replace(ack, respond):
        ack()
        respond(text="replaced", replace_original=True)

    @app.action("remove")
    def remove(ack, respond):
        ack()
        respond(delete_original=True)

    @app.action("pick")
    def picked(ack, body):
        seen.append(body["actions"][0])
        ack()

    @app.event("message")
    def message(event):
        seen.append(event)


def _shortcuts_and_home(app: App, seen: Seen) -> None:
    @app.shortcut("ticket")
    @app.shortcut("keep")
    def shortcut(ack, body, client):
        seen.append(body)
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=TICKET)

    @app.event("app_home_opened")
    def opened(event, client):
        client.views_publish(user_id=event["user"], view=home(section(), actions(button())))
