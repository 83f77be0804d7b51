"""What the app shows can be clicked, chosen and run, as in Slack."""

from __future__ import annotations

from tests.browser import expect


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


def test_a_command_nobody_answers_says_so(tab):
    ana = tab("Ana")
    ana.types("/silent")
    expect(ana.page.get_by_text("/silent failed")).to_be_visible(timeout=10_000)


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


def test_home_is_published_when_it_is_opened(tab):
    ana = tab("Ana")
    ana.page.get_by_role("button", name="lunch · Home").click()
    expect(ana.page.get_by_role("region", name="App Home")).to_contain_text("Welcome home, @Ana")


def test_an_open_menu_stays_open_while_the_card_changes(tab):
    ana, bo = tab("Ana"), tab("Bo")
    ana.types("/lunch here Old Mill")
    bo.message("Old Mill").get_by_role("button", name="More actions").first.click()
    expect(bo.page.get_by_text("Louder")).to_be_visible()
    ana.message("Old Mill").get_by_role("button", name="Count me in").click()
    expect(bo.message("Old Mill")).to_contain_text("@Ana")
    bo.page.get_by_text("Louder").click()
    expect(ana.message("bo chose louder")).to_be_visible()
