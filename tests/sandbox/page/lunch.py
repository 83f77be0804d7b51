"""A small Bolt app, as anybody would write one: a command, a modal, a card, Home, shortcuts, events."""

from __future__ import annotations

from slack_bolt import App

MANIFEST = {
    "display_information": {"name": "lunch", "description": "Finds out where to eat"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "lunch", "always_online": True},
        "slash_commands": [
            {"command": "/lunch", "description": "Where do we eat?", "usage_hint": "ask · here [place]"},
            {"command": "/silent", "description": "Never answers", "usage_hint": ""},
        ],
        "shortcuts": [
            {"name": "Ask for lunch", "type": "global", "callback_id": "ask", "description": "Opens the question"},
            {"name": "Eat this", "type": "message", "callback_id": "eat", "description": "Takes a message as a meal"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": ["chat:write", "chat:write.public", "commands", "channels:read", "channels:history", "im:write",
                    "reactions:read", "users:read", "pins:write", "canvases:write"],
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "reaction_added"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}  # fmt: skip


def words(text):
    return {"type": "plain_text", "text": text}


def options(*labels):
    return [{"text": words(label), "value": label.lower()} for label in labels]


def field(label, kind, **more):
    element = {key: more.pop(key) for key in list(more) if key not in {"optional", "hint", "dispatch_action"}}
    key = label.lower().replace(" ", "_")
    block = {
        "type": "input",
        "block_id": key,
        "label": words(label),
        "element": {"type": kind, "action_id": key, **element},
    }
    return {**block, **more}


def question(channel):
    """A modal with every kind of input that people use."""
    return {
        "type": "modal",
        "callback_id": "question",
        "private_metadata": channel,
        "title": words("Where do we eat?"),
        "submit": words("Ask everyone"),
        "close": words("Not hungry"),
        "blocks": [
            field("Place", "plain_text_input", max_length=40, hint=words("A name that people know")),
            field("Kitchen", "static_select", options=options("Thai", "Pizza", "Salad")),
            field("Guest", "users_select", optional=True),
            field("Day", "datepicker", initial_date="2026-11-25"),
            field("Seats", "radio_buttons", options=options("Inside", "Outside"), initial_option=options("Inside")[0]),
            field("Extras", "checkboxes", options=options("Dessert", "Coffee"), optional=True),
            field("Why", "plain_text_input", multiline=True, optional=True),
            {
                "type": "actions",
                "elements": [{"type": "button", "action_id": "menu", "text": words("Show the menu")}],
            },
        ],
    }


def card(text, votes=()):
    buttons = [
        {"type": "button", "action_id": "vote", "text": words("Count me in"), "style": "primary"},
        {
            "type": "button",
            "action_id": "cancel",
            "text": words("Call it off"),
            "style": "danger",
            "confirm": {
                "title": words("Call it off?"),
                "text": words("Everyone stays hungry."),
                "confirm": words("Yes, call it off"),
                "deny": words("No"),
            },
        },
        {"type": "overflow", "action_id": "more", "options": options("Louder", "Quieter")},
        {
            "type": "static_select",
            "action_id": "time",
            "placeholder": words("When?"),
            "options": options("Noon", "One"),
        },
    ]
    going = ", ".join(f"<@{user}>" for user in votes) or "nobody yet"
    return [
        {"type": "header", "text": words(text)},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*Going*\n{going}"}]},
        {"type": "actions", "elements": buttons},
    ]


def cook_question(text):
    """A modal whose options come from the app, and whose text a button changes."""
    return {
        "type": "modal",
        "callback_id": "cook",
        "title": words("Who cooks?"),
        "submit": words("Choose"),
        "blocks": [
            {"type": "section", "block_id": "text", "text": words(text)},
            field("Cook", "external_select", min_query_length=2, optional=True),
            field("Note", "plain_text_input", optional=True),
            {
                "type": "actions",
                "block_id": "change",
                "elements": [{"type": "button", "action_id": "change", "text": words("Change the question")}],
            },
        ],
    }


def lunch_app(client):
    """The app of these stories: one command, one modal, one card, as any Bolt app would have them."""
    app = App(client=client, process_before_response=True)
    for register in (commands, shortcuts, modals, buttons, events):
        register(app)
    return app


def commands(app):
    @app.command("/lunch")
    def lunch(ack, body, client):
        if not body["text"]:
            ack("Say `/lunch ask`, or `/lunch here` and a place.")
        elif body["text"] == "ask":
            client.views_open(trigger_id=body["trigger_id"], view=question(body["channel_id"]))
            ack()
        elif body["text"] == "cook":
            view = {**cook_question("Today."), "private_metadata": body["channel_id"]}
            client.views_open(trigger_id=body["trigger_id"], view=view)
            ack()
        else:
            place = body["text"].removeprefix("here ")
            client.chat_postMessage(channel=body["channel_id"], text=place, blocks=card(place))
            ack()


def modals(app):
    @app.view("question")
    def asked(ack, view, client):
        values = view["state"]["values"]
        place = values["place"]["place"]["value"]
        if place == "Nowhere":
            ack(response_action="errors", errors={"place": "Nowhere is closed today."})
            return
        kitchen = values["kitchen"]["kitchen"]["selected_option"]["value"]
        extras = [one["value"] for one in values["extras"]["extras"]["selected_options"]]
        seats = values["seats"]["seats"]["selected_option"]["value"]
        guest = values["guest"]["guest"]["selected_user"]
        details = f"{place} ({kitchen}, {seats}, {'+'.join(extras) or 'plain'}, guest {guest}, {values['day']['day']['selected_date']})"
        client.chat_postMessage(channel=view["private_metadata"], text=details, blocks=card(details))
        ack()

    @app.options("cook")
    def cooks(ack, payload):
        ack(options=[one for one in options("Julia", "Julien", "Bob") if payload["value"] in one["value"]])

    @app.action("change")
    def change(ack, body, client):
        client.views_update(view_id=body["view"]["id"], view=cook_question("Really?"))
        ack()

    @app.view("cook")
    def cook(ack, view, client):
        chosen = view["state"]["values"]["cook"]["cook"]["selected_option"]
        client.chat_postMessage(channel=view["private_metadata"], text=f"{chosen['value']} cooks")
        ack()

    @app.action("menu")
    def menu(ack, body, client):
        close = {"type": "modal", "title": words("The menu"), "close": words("Back")}
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Soup* of the day"}}]
        client.views_push(trigger_id=body["trigger_id"], view={**close, "blocks": blocks})
        ack()


def buttons(app):
    @app.action("vote")
    def vote(ack, body, client):
        message = body["message"]
        blocks = card(message["text"], [body["user"]["id"]])
        client.chat_update(channel=body["channel"]["id"], ts=message["ts"], text=message["text"], blocks=blocks)
        ack()

    @app.action("cancel")
    def cancel(ack, body, client):
        ack()
        client.chat_postMessage(channel=body["channel"]["id"], thread_ts=body["message"]["ts"], text="Called off.")

    @app.action("more")
    @app.action("time")
    def chosen(ack, body, action, client):
        ack()
        client.chat_postMessage(
            channel=body["channel"]["id"], text=f"{body['user']['name']} chose {action['selected_option']['value']}"
        )


def shortcuts(app):
    @app.shortcut("ask")
    def ask(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=question("C0NONE"))
        ack()

    @app.shortcut("eat")
    def eat(ack, body, client):
        client.chat_postMessage(channel=body["channel"]["id"], text=f"We eat “{body['message']['text']}”.")
        ack()


def events(app):
    @app.event("app_home_opened")
    def home(event, client):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"Welcome home, <@{event['user']}>"}}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.event("reaction_added")
    def reacted(event, client):
        if event["reaction"] == "pushpin":
            client.pins_add(channel=event["item"]["channel"], timestamp=event["item"]["ts"])
