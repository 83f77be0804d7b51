"""The status page in a real browser: for everybody, on every screen, with nothing that moves."""

from datetime import timedelta

from tests.browser import SCREENS

# Nothing that Chromium calls a layout shift, from the first paint on.
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifts.push(entry.value); })
  .observe({type: "layout-shift", buffered: true});
"""
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def wrong(page):
    """What somebody would stumble over: violations of accessibility (light and dark), shifts, a page that is wider than its screen."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 -- who looks at no page need not wait for it

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        found = Axe().run(page).response
        assert found["passes"], "nothing was looked at"
        yield from (f"{one['id']}, {scheme}: {[node['html'] for node in one['nodes']]}" for one in found["violations"])
    yield from (f"a layout shift of {value}" for value in page.evaluate("window.shifts"))
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        yield "it is wider than the screen"


def test_everybody_can_read_it(windows, served, publishes, clock):
    """Current incident, past ones, history, an incident's own page: light and dark, desk and phone."""
    over = publishes("investigating", "Search is slow.", title="Search is slow", search="degraded_performance")
    clock.moves(timedelta(hours=2))
    publishes("resolved", "It is as quick as ever.", number=over, title="Search is slow")
    clock.moves(timedelta(days=1))
    number = publishes(
        "investigating", "Cards are refused.\n\nSee https://example.com/" + "a" * 90, checkout="major_outage"
    )
    clock.moves(timedelta(minutes=20))
    publishes("identified", "A switch is broken.", number=number, checkout="partial_outage", api="degraded_performance")
    for screen in SCREENS.values():
        window = windows.browser.new_context(viewport=screen)
        window.add_init_script(WATCH_SHIFTS)
        page = window.new_page()
        said = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(served.url)
        assert page.get_by_text("Partial system outage").is_visible()
        now = page.get_by_role("article", name="Checkout is down")
        assert now.get_by_text("A switch is broken.").is_visible()
        assert "Only we read this" not in page.content()
        assert list(wrong(page)) == []
        now.get_by_role("link", name="Checkout is down").click()
        assert page.get_by_role("heading", name="Checkout is down").is_visible()
        assert list(wrong(page)) == []
        page.get_by_role("link", name="All incidents").click()
        assert page.get_by_role("link", name="Search is slow").is_visible()
        assert list(wrong(page)) == []
        page.get_by_role("link", name="Status of Example Shop").click()
        page.get_by_label("E-mail address").fill("reader@example.com")
        page.get_by_role("button", name="Subscribe").click()
        assert page.get_by_role("heading", name="Nearly done").is_visible()
        assert list(wrong(page)) == []
        assert said == [], "the browser complains of nothing, the page's security policy included"
        window.close()
