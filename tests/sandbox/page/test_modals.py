"""Modals: filled in wrongly, filled in rightly, pushed, left."""

from __future__ import annotations

from tests.browser import expect
from tests.sandbox.conftest import settled


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
    settled(workspace, lambda: workspace.person("Ana").modal is None)
    ana.types("Still here")
    expect(ana.message("Still here")).to_be_visible()


def test_an_external_select_asks_the_app_while_one_types(tab):
    ana = tab("Ana")
    ana.types("/lunch cook")
    modal = ana.modal("Who cooks?")
    modal.get_by_label("Cook").click()
    modal.get_by_label("Cook").press_sequentially("jul")
    ana.page.get_by_role("option", name="Julia").click()
    modal.get_by_role("button", name="Choose").click()
    expect(ana.message("julia cooks")).to_be_visible()


def test_what_is_typed_stays_when_the_app_updates_the_modal(tab):
    ana = tab("Ana")
    ana.types("/lunch cook")
    modal = ana.modal("Who cooks?")
    modal.get_by_label("Note").fill("no garlic")
    modal.get_by_role("button", name="Change the question").click()
    expect(modal).to_contain_text("Really?")
    expect(modal.get_by_label("Note")).to_have_value("no garlic")
