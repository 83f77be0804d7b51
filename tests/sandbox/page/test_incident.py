"""The real bot and the whole page: an incident from declare to close, the story behind the README's pictures."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from docs.pictures import make


def test_two_people_live_an_incident_from_declare_to_close(tmp_path):
    """Every step waits until the other person sees it, without reloading."""
    where = make.chromium()
    if where is None:
        pytest.skip("no Chromium here: `apt install chromium` lets the page's stories run")
    taken = []
    with make.demo(tmp_path) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=make.QUIET_BROWSER)
        make.live(browser, url, save=lambda _, name: taken.append(name))
        browser.close()
    assert taken == ["modal", "demo", "phone"]
