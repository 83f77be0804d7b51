"""The real bot and the whole page: an incident from declare to close, the story behind the README's pictures."""

from __future__ import annotations


def test_two_people_live_an_incident_from_declare_to_close(tmp_path, windows):
    """Every step waits until the other person sees it, without reloading."""
    from docs.pictures import make  # noqa: PLC0415 -- only who looks at a page waits for Playwright

    taken = []
    with make.demo(tmp_path) as url:
        make.live(windows.browser, url, save=lambda _, name: taken.append(name))
    assert taken == ["modal", "demo", "phone"]
