"""What one person does, the other sees, without reloading."""

from __future__ import annotations

import re

from tests.browser import expect


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
    ana.page.get_by_text("Edit message").click()
    expect(ana.modal("Edit message").get_by_label("Message")).to_have_value("Pizza")
    ana.modal("Edit message").get_by_role("button", name="Cancel").click()
    ana.message("Pizza").hover()
    ana.message("Pizza").get_by_role("button", name="More actions").click()
    ana.page.get_by_text("Delete message…").click()
    expect(bo.message("Pizza")).to_have_count(0)


def test_a_reaction_is_seen_and_a_pushpin_pins(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("The soup is good")
    message = bo.message("The soup is good")
    message.hover()
    message.get_by_role("button", name="React with pushpin").click()
    expect(ana.message("The soup is good").get_by_role("button", name="pushpin: Bo")).to_contain_text("1")
    expect(ana.message("The soup is good")).to_contain_text("Pinned by lunch")
    ana.page.get_by_role("button", name="1 pinned").click()
    expect(ana.page.locator(".pins-menu")).to_contain_text("The soup is good")
    ana.page.get_by_role("button", name="1 pinned").click()
    expect(ana.page.locator(".pins-menu")).to_have_count(0)


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


def test_a_script_in_a_message_stays_text(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("<img src=x onerror=\"document.title='owned'\"> `<script>` javascript:alert(1)")
    expect(bo.message("<img src=x onerror=")).to_be_visible()
    expect(bo.page).not_to_have_title("owned")
    expect(bo.message("<img src=x").locator("img, script, a")).to_have_count(0)


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
