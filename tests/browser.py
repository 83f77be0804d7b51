"""A browser for the tests that look at pages: one for all of a process, with the windows in which people sit before it.

Playwright keeps an event loop running in the main thread for as long as it is there, and other tests have loops of their
own. So the browser goes as soon as the next test needs none; `tests/conftest.py` lets those that need it come one after
another. Nothing of it is imported before a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE_MS = 20_000  # a slow machine is no failure
SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


class Windows:
    """Chromium, and what is open in it.

    A window is somebody's own, with what it has loaded once. `tabs` are those that stay open from test to test.
    """

    def __init__(self, chromium: str) -> None:
        from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 -- see above

        from docs.pictures.make import QUIET_BROWSER  # noqa: PLC0415 -- the same

        expect.set_options(timeout=PATIENCE_MS)
        self._playwright = sync_playwright().start()
        self.browser: Browser = self._playwright.chromium.launch(executable_path=chromium, args=QUIET_BROWSER)
        self.tabs: dict[tuple[str, str], Page] = {}
        self._windows: dict[tuple[str, str], BrowserContext] = {}

    def new_tab(self, person: str, screen: str) -> Page:
        """A tab in this person's window on this screen. Nothing moves there: nobody watches, and it is drawn for nothing."""
        if (person, screen) not in self._windows:
            self._windows[person, screen] = self.browser.new_context(viewport=SCREENS[screen], reduced_motion="reduce")
        return self._windows[person, screen].new_page()

    def forget(self) -> None:
        """Close every window: nobody knows what a test that failed has left in them."""
        for window in self.browser.contexts:
            window.close()
        self._windows.clear()
        self.tabs.clear()

    def close(self) -> None:
        """Close the browser."""
        self.browser.close()
        self._playwright.stop()


def expect(what: Any) -> Any:
    """Playwright's `expect`, which waits until something is so."""
    from playwright import sync_api  # noqa: PLC0415 -- see above

    return sync_api.expect(what)


_open: list[Windows] = []


def windows() -> Windows:
    """The browser of this process; where there is none, the test is skipped and says so."""
    if not _open:
        from docs.pictures.make import chromium  # noqa: PLC0415 -- see above

        where = chromium()
        if where is None:
            pytest.skip("no Chromium here: `apt install chromium-headless-shell` lets the pages' tests run")
        _open.append(Windows(where))
    return _open[0]


def forget() -> None:
    """What stands in its windows is not to be relied on."""
    for one in _open:
        one.forget()


def close() -> None:
    """No more pages for now."""
    while _open:
        _open.pop().close()


def is_needed_by(test: pytest.Item) -> bool:
    """Whether a test looks at a page."""
    return "windows" in getattr(test, "fixturenames", ())
