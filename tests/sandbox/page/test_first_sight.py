"""Somebody comes for the first time, looks around, and breaks something."""

from __future__ import annotations

from slack_sdk import WebClient

from tests.browser import expect


def test_a_first_visitor_is_told_what_to_try(tab):
    ana = tab("Ana", anew=True)
    hint = ana.page.get_by_role("region", name="What to try")
    expect(hint).to_contain_text("Hello, Ana")
    hint.get_by_role("button", name="/lunch ask").click()
    expect(ana.box).to_have_value("/lunch ask ")
    hint.get_by_role("button", name="Dismiss this hint").click()
    expect(hint).to_be_hidden()


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
    ana.page.get_by_role("button", name="Close the inspector").click()
    expect(refused).to_be_hidden()


def test_on_a_phone_nothing_is_wider_than_the_screen(tab):
    ana = tab("Ana", "phone")
    ana.types("/lunch here A place with a very long name that goes on and on")
    expect(ana.message("A place with a very long name").first).to_be_visible()
    assert ana.page.evaluate("document.documentElement.scrollWidth") <= 390
    channel = ana.page.get_by_role("navigation", name="Workspace")
    expect(channel).to_be_hidden()
    ana.page.get_by_role("button", name="Channels and people").click()
    expect(channel).to_be_in_viewport()


def test_the_address_says_who_and_where(tab, workspace, canteen):
    bo = tab("Bo", anew=True)
    expect(bo.page.get_by_role("button", name="Acting as Bo")).to_contain_text("Bo Lindqvist")
    expect(bo.page.get_by_role("heading", name=f"#{canteen['name']}", level=1)).to_be_visible()
    bo.page.get_by_role("button", name="Acting as Bo").click()
    bo.page.get_by_role("link", name="Ana Demo").click()
    expect(bo.page.get_by_role("button", name="Acting as Ana")).to_be_visible()
    expect(bo.page.get_by_role("heading", name=f"#{canteen['name']}", level=1)).to_be_visible()


def test_a_private_channel_is_there_for_its_members_only(tab, workspace, canteen):
    secret = workspace.add_channel(f"{canteen['name']}-secret", private=True, members=["Ana"])
    ana, bo = tab("Ana"), tab("Bo", anew=True)
    expect(ana.page.get_by_role("button", name=secret["name"])).to_contain_text("🔒")
    expect(bo.page.get_by_role("button", name=secret["name"])).to_have_count(0)
    bo.page.goto(f"{workspace.address}/?as=Bo&channel={secret['name']}")
    expect(bo.page.get_by_role("button", name="Acting as Bo")).to_be_visible()
    expect(bo.page.get_by_role("heading", name=secret["name"])).to_have_count(0)


def test_a_channels_canvas_is_shown_as_it_is_now(tab, workspace, canteen):
    ana = tab("Ana")
    expect(ana.page.get_by_role("button", name="Canvas")).to_have_count(0)
    app = WebClient(workspace.bot_token, base_url=f"{workspace.address}/api/")

    def says(markdown):
        return {"type": "markdown", "markdown": markdown}

    made = app.conversations_canvases_create(channel_id=canteen["id"], document_content=says("# Menu\n- <b>Soup</b>"))
    ana.page.get_by_role("button", name="Canvas").click()
    sheet = ana.modal("Canvas")
    expect(sheet.get_by_role("heading", name="Menu")).to_be_visible()
    expect(sheet.get_by_role("listitem")).to_have_text("<b>Soup</b>")
    change = {"operation": "replace", "document_content": says("# Menu\n- Cake")}
    app.canvases_edit(canvas_id=made["canvas_id"], changes=[change])
    expect(sheet.get_by_role("listitem")).to_have_text("Cake")
    sheet.get_by_role("button", name="Close the canvas").click()
    expect(sheet).to_have_count(0)


def test_a_public_channel_can_be_looked_at_and_then_joined(tab, workspace, canteen):
    open_door = workspace.add_channel(f"{canteen['name']}-open", members=["Bo"])
    ana = tab("Ana")
    ana.page.get_by_role("button", name=open_door["name"]).click()
    expect(ana.page.get_by_text("Join it to talk")).to_be_visible()
    join = ana.page.get_by_role("button", name="Join Channel").element_handle()
    workspace.person("Bo").sets_topic("Come in", open_door["name"])
    expect(ana.page.get_by_title("Come in")).to_be_visible()
    join.click()  # it is still the same one: a button that is drawn anew under a finger loses the click
    ana.types("Here I am")
    expect(ana.message("Here I am")).to_be_visible()
    ana.page.get_by_role("button", name="3 members").click()
    expect(ana.page.locator(".people-menu")).to_contain_text("lunchAPP")
    ana.page.get_by_text("Leave channel").click()
    expect(ana.page.get_by_text("Join it to talk")).to_be_visible()
