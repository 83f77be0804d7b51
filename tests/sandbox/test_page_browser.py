"""The page in a real browser, with a small Bolt app on a real socket: what one person does, the other sees.

One workspace, one server, one app for the whole file, since NiceGUI serves one page a process; every story has its own
channel and its own tabs.
"""

from __future__ import annotations

import itertools
import re
import shutil

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox import Workspace, running

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the browser tests need Playwright (dependency group dev)"
)
expect = playwright.expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("no Chromium here: `apt install chromium` lets the page's stories run", allow_module_level=True)

QUIET_BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

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
                    "reactions:read", "users:read", "pins:write"],
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


def lunch_app(client):
    """The app of these stories: one command, one modal, one card, as any Bolt app would have them."""
    app = App(client=client, process_before_response=True)

    @app.command("/lunch")
    def lunch(ack, body, client):
        if not body["text"]:
            ack("Say `/lunch ask`, or `/lunch here` and a place.")
        elif body["text"] == "ask":
            client.views_open(trigger_id=body["trigger_id"], view=question(body["channel_id"]))
            ack()
        else:
            place = body["text"].removeprefix("here ")
            client.chat_postMessage(channel=body["channel_id"], text=place, blocks=card(place))
            ack()

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

    @app.action("menu")
    def menu(ack, body, client):
        close = {"type": "modal", "title": words("The menu"), "close": words("Back")}
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Soup* of the day"}}]
        client.views_push(trigger_id=body["trigger_id"], view={**close, "blocks": blocks})
        ack()

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

    @app.shortcut("ask")
    def ask(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=question("C0NONE"))
        ack()

    @app.shortcut("eat")
    def eat(ack, body, client):
        client.chat_postMessage(channel=body["channel"]["id"], text=f"We eat “{body['message']['text']}”.")
        ack()

    @app.event("app_home_opened")
    def home(event, client):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"Welcome home, <@{event['user']}>"}}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.event("reaction_added")
    def reacted(event, client):
        if event["reaction"] == "pushpin":
            client.pins_add(channel=event["item"]["channel"], timestamp=event["item"]["ts"])

    return app


@pytest.fixture(scope="module")
def workspace():
    ws = Workspace(MANIFEST)
    ws.add_person("Ana", real_name="Ana Demo", tz="Europe/Berlin")
    ws.add_person("Bo", real_name="Bo Lindqvist", tz="America/New_York")
    with running(ws, page=True) as server:
        app = lunch_app(WebClient(ws.bot_token, base_url=server.api_url))
        handler = SocketModeHandler(app, ws.app_token)
        handler.connect()
        ws.address = server.url
        yield ws
        handler.close()


SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def window():
    """Gives each person a window of their own for each screen: what it has loaded once, it need not load again."""
    windows = {}
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=QUIET_BROWSER)

        def of(person, screen):
            if (person, screen) not in windows:
                windows[person, screen] = chromium.new_context(viewport=SCREENS[screen])
            return windows[person, screen]

        yield of
        chromium.close()


_numbers = itertools.count(1)


@pytest.fixture
def canteen(workspace):
    """A channel for this story alone, with both people and the app in it."""
    return workspace.add_channel(f"canteen-{next(_numbers)}", members=["Ana", "Bo"])


class Tab:
    """A browser tab that acts as one person, with the words of somebody who sits before it."""

    def __init__(self, page, address):
        self.page = page
        page.goto(address)
        expect(self.box).to_be_visible()

    @property
    def box(self):
        return self.page.get_by_label("Message", exact=True)

    def types(self, text, box=None):
        box = box or self.box
        box.fill(text)
        box.press("Enter")

    def message(self, text):
        return self.page.get_by_role("article").filter(has_text=text)

    def modal(self, title):
        return self.page.get_by_role("dialog", name=title)

    def chooses(self, select, label):
        select.click()
        self.page.get_by_role("option", name=label, exact=True).click()


@pytest.fixture
def tab(window, workspace, canteen):
    """Opens a tab as somebody, in the story's channel."""
    pages = []

    def open_tab(person, screen="desktop"):
        pages.append(window(person, screen).new_page())
        return Tab(pages[-1], f"{workspace.address}/?as={person}&channel={canteen['name']}")

    yield open_tab
    for page in pages:
        page.close()
    for person in workspace.people():  # a modal is on a person's screen, not in a tab: the next story starts without
        if person.modal:
            person.closes_modal(everything=True)


def test_what_one_types_the_other_sees(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("Hello *everybody*, <b>soup</b>?")
    expect(bo.message("Hello everybody, <b>soup</b>?")).to_be_visible()
    expect(ana.box).to_have_value("")
    bo.types("I am in")
    expect(ana.message("I am in")).to_contain_text("Bo")


def test_shift_enter_breaks_the_line(tab):
    ana = tab("Ana")
    ana.box.fill("first")
    ana.box.press("Shift+Enter")
    ana.box.press_sequentially("second")
    ana.box.press("Enter")
    expect(ana.page.get_by_role("article")).to_have_count(1)
    expect(ana.message("first")).to_contain_text("second")


def test_a_command_is_completed_and_answered_to_one_person_only(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.box.fill("/lu")
    expect(ana.page.get_by_role("option", name="/lunch")).to_contain_text("Where do we eat?")
    ana.box.press("Tab")
    expect(ana.box).to_have_value("/lunch ")
    ana.box.press("Enter")
    answer = ana.message("Say /lunch ask")
    expect(answer).to_contain_text("Only visible to you")
    bo.types("Did anything happen?")
    expect(ana.message("Did anything happen?")).to_be_visible()
    expect(bo.message("Say /lunch ask")).to_have_count(0)
    answer.get_by_text("Dismiss").click()
    expect(answer).to_have_count(0)


def test_a_modal_is_filled_in_wrongly_and_then_rightly(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("/lunch ask")
    modal = ana.modal("Where do we eat?")
    expect(modal).to_be_visible()
    modal.get_by_role("button", name="Ask everyone").click()
    expect(modal.get_by_text("Please complete this required field.")).to_have_count(2)
    modal.get_by_label("Place").fill("Nowhere")
    ana.chooses(modal.get_by_label("Kitchen"), "Thai")
    modal.get_by_role("button", name="Ask everyone").click()
    expect(modal.get_by_text("Nowhere is closed today.")).to_be_visible()
    modal.get_by_label("Place").fill("Noodle Bar")
    ana.chooses(modal.get_by_label("Guest"), "@Bo")
    modal.get_by_role("radio", name="Outside").click()
    modal.get_by_role("checkbox", name="Coffee").click()
    modal.get_by_label("Day").fill("2026-12-01")
    modal.get_by_role("button", name="Ask everyone").click()
    expect(modal).to_have_count(0)
    expect(bo.message("Noodle Bar (thai, outside, coffee, guest U0BO, 2026-12-01)")).to_be_visible()


def test_a_pushed_view_goes_back_and_keeps_what_was_typed(tab):
    ana = tab("Ana")
    ana.types("/lunch ask")
    ana.modal("Where do we eat?").get_by_label("Place").fill("Old Mill")
    ana.modal("Where do we eat?").get_by_role("button", name="Show the menu").click()
    menu = ana.modal("The menu")
    expect(menu).to_contain_text("Soup of the day")
    menu.get_by_role("button", name="Back").click()
    expect(ana.modal("Where do we eat?").get_by_label("Place")).to_have_value("Old Mill")


def test_escape_closes_a_modal(tab, workspace):
    ana = tab("Ana")
    ana.types("/lunch ask")
    modal = ana.modal("Where do we eat?")
    expect(modal).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(modal).to_have_count(0)
    ana.types("Still here")
    expect(ana.message("Still here")).to_be_visible()
    assert workspace.person("Ana").modal is None


def test_a_button_changes_the_card_for_everyone(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("/lunch here Old Mill")
    expect(bo.message("nobody yet")).to_be_visible()
    bo.message("nobody yet").get_by_role("button", name="Count me in").click()
    expect(ana.message("Old Mill")).to_contain_text("@Bo")
    expect(ana.page.get_by_role("article")).to_have_count(1)


def test_a_dangerous_button_asks_first_and_the_answer_is_a_thread(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("/lunch here Old Mill")
    ana.message("Old Mill").get_by_role("button", name="Call it off").click()
    ana.page.get_by_role("alertdialog").get_by_role("button", name="Yes, call it off").click()
    link = bo.message("Old Mill").get_by_role("button", name="Open the thread with 1 reply")
    expect(link).to_be_visible()
    link.click()
    thread = bo.page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("Called off.")
    bo.types("What a pity", thread.get_by_label("Reply", exact=True))
    expect(thread.get_by_text("What a pity")).to_be_visible()
    expect(ana.message("Old Mill")).to_contain_text("2 replies")


def test_menus_and_selects_in_a_message(tab):
    bo = tab("Bo")
    bo.types("/lunch here Old Mill")
    bo.message("Old Mill").get_by_role("button", name="More actions").first.click()
    bo.page.get_by_text("Louder").click()
    expect(bo.message("bo chose louder")).to_be_visible()
    bo.chooses(bo.message("Old Mill").get_by_label("When?"), "Noon")
    expect(bo.message("bo chose noon")).to_be_visible()


def test_a_reaction_is_seen_and_a_pushpin_pins(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("The soup is good")
    message = bo.message("The soup is good")
    message.hover()
    message.get_by_role("button", name="React with pushpin").click()
    expect(ana.message("The soup is good").get_by_role("button", name="pushpin: Bo")).to_contain_text("1")
    expect(ana.message("The soup is good")).to_contain_text("Pinned by lunch")
    expect(ana.page.get_by_role("button", name="1 pinned")).to_be_visible()


def test_shortcuts_from_the_menu_and_from_a_message(tab):
    ana = tab("Ana")
    ana.types("Dumplings")
    ana.message("Dumplings").hover()
    ana.message("Dumplings").get_by_role("button", name="More actions").click()
    ana.page.get_by_text("Eat this").click()
    expect(ana.message("We eat “Dumplings”.")).to_be_visible()
    ana.page.get_by_role("button", name="Shortcuts").click()
    ana.page.get_by_text("Ask for lunch").click()
    expect(ana.modal("Where do we eat?")).to_be_visible()


def test_own_messages_can_be_edited_and_deleted(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("Pizzza")
    ana.message("Pizzza").hover()
    ana.message("Pizzza").get_by_role("button", name="More actions").click()
    ana.page.get_by_text("Edit message").click()
    ana.modal("Edit message").get_by_label("Message").fill("Pizza")
    ana.modal("Edit message").get_by_role("button", name="Save").click()
    expect(bo.message("Pizza")).to_contain_text("(edited)")
    ana.message("Pizza").hover()
    ana.message("Pizza").get_by_role("button", name="More actions").click()
    ana.page.get_by_text("Delete message…").click()
    expect(bo.message("Pizza")).to_have_count(0)


def test_a_command_nobody_answers_says_so(tab):
    ana = tab("Ana")
    ana.types("/silent")
    expect(ana.page.get_by_text("/silent failed")).to_be_visible(timeout=10_000)


def test_unread_channels_stand_out_until_they_are_read(tab, workspace, canteen):
    elsewhere = workspace.add_channel(f"{canteen['name']}-elsewhere", members=["Ana", "Bo"])
    ana = tab("Ana")
    line = ana.page.get_by_role("button", name=elsewhere["name"])
    expect(line).to_be_visible()
    workspace.person("Bo").says("Psst", elsewhere["name"])
    expect(line.get_by_role("img", name="unread")).to_be_visible()
    line.click()
    expect(ana.message("Psst")).to_be_visible()
    expect(line.get_by_role("img", name="unread")).to_have_count(0)
    expect(ana.page).to_have_url(re.compile(f"channel={elsewhere['name']}$"))


def test_times_are_told_in_the_zone_of_who_looks(tab, workspace, canteen):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("What time is it?")
    expect(ana.message("What time is it?")).to_be_visible()
    expect(bo.message("What time is it?")).to_be_visible()
    there = ana.message("What time is it?").get_by_role("time").inner_text()
    here = bo.message("What time is it?").get_by_role("time").inner_text()
    assert there != here


def test_home_is_published_when_it_is_opened(tab):
    ana = tab("Ana")
    ana.page.get_by_role("button", name="lunch · Home").click()
    expect(ana.page.get_by_role("region", name="App Home")).to_contain_text("Welcome home, @Ana")


def test_the_inspector_shows_traffic_and_makes_trouble(tab, workspace):
    ana = tab("Ana")
    ana.page.get_by_role("button", name="Inspector").click()
    ana.page.get_by_role("tab", name="Trouble").click()
    ana.page.get_by_role("button", name="Refuse the next call").click()
    expect(ana.page.get_by_text("chat.postMessage answers internal_error, once")).to_be_visible()
    ana.page.get_by_role("tab", name="Traffic").click()
    ana.types("/lunch here Old Mill")
    refused = ana.page.get_by_role("group").filter(has_text="chat.postMessage").filter(has_text="internal_error")
    expect(refused).to_be_visible()
    refused.locator("summary").click()
    expect(refused).to_contain_text('"error": "internal_error"')


def test_ten_thousand_messages_open_at_their_end(tab, workspace, canteen):
    bo = workspace.person("Bo")
    for number in range(10_000):
        bo.says(f"message {number}", canteen["name"])
    ana = tab("Ana")
    expect(ana.message("message 9999")).to_be_in_viewport()
    expect(ana.page.get_by_role("article")).to_have_count(50)
    ana.page.get_by_role("button", name="Load earlier messages").click()
    expect(ana.page.get_by_role("article")).to_have_count(100)
    ana.types("and one more")
    expect(ana.message("and one more")).to_be_in_viewport()


def test_a_first_visitor_is_told_what_to_try(tab):
    ana = tab("Ana")
    hint = ana.page.get_by_role("region", name="What to try")
    expect(hint).to_contain_text("Hello, Ana")
    hint.get_by_role("button", name="/lunch ask").click()
    expect(ana.box).to_have_value("/lunch ask ")
    hint.get_by_role("button", name="Dismiss this hint").click()
    expect(hint).to_be_hidden()


def test_on_a_phone_nothing_is_wider_than_the_screen(tab):
    ana = tab("Ana", "phone")
    ana.types("/lunch here A place with a very long name that goes on and on")
    expect(ana.message("A place with a very long name").first).to_be_visible()
    assert ana.page.evaluate("document.documentElement.scrollWidth") <= 390
    channel = ana.page.get_by_role("navigation", name="Workspace")
    expect(channel).to_be_hidden()
    ana.page.get_by_role("button", name="Channels and people").click()
    expect(channel).to_be_in_viewport()


def test_a_script_in_a_message_stays_text(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("<img src=x onerror=\"document.title='owned'\"> `<script>` javascript:alert(1)")
    expect(bo.message("<img src=x onerror=")).to_be_visible()
    expect(bo.page).not_to_have_title("owned")
    expect(bo.message("<img src=x").locator("img, script, a")).to_have_count(0)
