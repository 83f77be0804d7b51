"""`make pictures`: the README's pictures, taken while two people live an incident in the demo, from declare to close.

It starts the real demo (`tocsin demo`) in a folder of its own and works its page in a browser, with Ana and Bo in two
tabs. Every step waits for what the other person sees; so it is a test too (`tests/sandbox/page/test_incident.py`).
Needs Playwright and Chromium (`apt install chromium-headless-shell`).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
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
DESKTOP, PHONE = (1280, 800), (390, 844)
START_SECONDS = 60.0
PATIENCE_MS = 30_000  # for what goes through the bot's delivery

Save = Callable[[Page, str], None]


class Person:
    """Somebody before the page, in a window of their own."""

    def __init__(self, browser: Browser, url: str, name: str, channel: str, size: tuple[int, int] = DESKTOP) -> None:
        self.page = browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.goto(f"{url}/?as={name}&channel={channel}")
        self.page.get_by_role("button", name="Dismiss this hint").click()

    @property
    def card(self) -> Locator:
        """The pinned message of the room."""
        return self.page.locator(".message.pinned").first

    def says(self, text: str) -> None:
        """A message or a command."""
        box = self.page.get_by_label("Message", exact=True)
        box.fill(text)
        box.press("Enter")

    def sees(self, text: str) -> None:
        """Wait until a message says this."""
        expect(self.page.get_by_role("article").filter(has_text=text).last).to_be_visible(timeout=PATIENCE_MS)

    def sees_reaction(self, name: str, text: str) -> None:
        """Wait until a message bears this emoji."""
        message = self.page.get_by_role("article").filter(has_text=text).last
        expect(message.get_by_role("button", name=f"{name}:")).to_be_visible(timeout=PATIENCE_MS)

    def card_says(self, text: str) -> None:
        """Wait until the card says this."""
        expect(self.card).to_contain_text(text, timeout=PATIENCE_MS)

    def clicks(self, label: str) -> None:
        """A button on the card."""
        self.card.get_by_role("button", name=label, exact=True).click()

    def modal(self, title: str) -> Locator:
        """The open modal."""
        return self.page.get_by_role("dialog", name=title)

    def fills(self, title: str, submit: str, **answers: str) -> None:
        """Type into the modal's fields and submit it; keys are the beginnings of labels, `_` for a space."""
        modal = self.modal(title)
        for key, text in answers.items():
            modal.get_by_label(re.compile(f"^{key.replace('_', ' ')}")).first.fill(text)
        modal.get_by_role("button", name=submit, exact=True).click()
        expect(modal).to_have_count(0, timeout=PATIENCE_MS)

    def pins(self, text: str) -> None:
        """📌 on a message."""
        message = self.page.get_by_role("article").filter(has_text=text).last
        message.hover()
        message.get_by_role("button", name="React with pushpin").click()

    def walks_into(self, channel: str) -> None:
        """Through the sidebar, and join if need be."""
        self.page.get_by_role("navigation").get_by_role("button", name=channel).click()
        heading = self.page.get_by_role("heading", name=channel, level=1)
        expect(heading).to_be_visible()
        join = self.page.get_by_role("button", name="Join Channel")
        if join.is_visible():
            join.click()
        expect(self.page.get_by_label("Message", exact=True)).to_be_visible()


def live(browser: Browser, url: str, save: Save) -> None:
    """Ana and Bo take INC-3 from its declaration to its close; Mia, who commands, signs the review."""
    ana, bo = Person(browser, url, "Ana", "incidents"), Person(browser, url, "Bo", "incidents")
    declare(ana, save)
    bo.sees("INC-3 · Checkout is down")
    room = "inc-3-checkout-is-down"
    ana.walks_into(room)
    bo.walks_into(room)
    assess(ana, bo)
    contain(ana, bo)
    ana.card.evaluate("card => card.scrollIntoView({block: 'start'})")
    save(ana.page, "demo")
    phone = Person(browser, url, "Bo", room, PHONE)
    phone.sees("We are rolling back")
    save(phone.page, "phone")
    phone.page.close()
    recover(ana, bo)
    review(ana, bo)
    mia = Person(browser, url, "Mia", room)
    mia.clicks("Sign review")
    ana.sees("signed")
    ana.says("/incident risk")
    ana.modal("Which risk was this?").get_by_role("radio", name=re.compile("^None")).click()
    ana.fills("Which risk was this?", "Save", Why="The register begins with the next one.")
    bo.sees("answered which risk this was")
    ana.says("/incident close")
    bo.card_says("Closed")
    ana.card_says("Closed")
    for one in (ana, bo, mia):
        one.page.close()


def declare(ana: Person, save: Save) -> None:
    """By the form."""
    ana.says("/incident declare")
    modal = ana.modal("Declare an incident")
    modal.get_by_label("Title").fill("Checkout is down")
    modal.get_by_label("Severity").click()
    ana.page.get_by_role("option", name="SEV1").click()
    modal.get_by_label("What is happening?").fill("Since the release of 14:02 every payment ends with a 502.")
    modal.get_by_role("radiogroup", name="Service affecting?").get_by_role("radio", name="Yes").click()
    save(ana.page, "modal")
    modal.get_by_role("button", name="Declare", exact=True).click()
    expect(modal).to_have_count(0, timeout=PATIENCE_MS)


def assess(ana: Person, bo: Person) -> None:
    """Who does what, what is known."""
    bo.says("/incident take primary")
    ana.says("/incident take comms")
    ana.card_says("@Bo")
    bo.card_says("@Ana")
    ana.says("/incident phase assessment")
    bo.card_says("● Assessment")
    bo.says("The new release answers *502* to every payment. I have it in the logs of `payments-api`.")
    ana.sees("The new release answers")
    ana.pins("The new release answers")
    bo.sees_reaction("white_check_mark", "The new release answers")
    ana.clicks("Confirm severity")
    bo.sees("confirmed the severity")
    ana.clicks("Answer questions")
    answers = ana.modal("Three answers")
    for question, answer in (("Customer data", "No"), ("Personal data", "No"), ("Service affecting", "Yes")):
        group = answers.get_by_role("radiogroup", name=question)
        group.get_by_role("radio", name=answer, exact=True).click()
    answers.get_by_role("button", name="Save").click()
    expect(answers).to_have_count(0, timeout=PATIENCE_MS)
    bo.card_says("Customer data involved? No")


def contain(ana: Person, bo: Person) -> None:
    """Stop the damage, tell the others."""
    ana.says("/incident phase containment")
    bo.card_says("● Containment")
    ana.says("/incident update Checkout fails for everyone. We are rolling back; next update in 30 minutes.")
    bo.sees("We are rolling back")
    bo.clicks("Contained…")
    bo.fills("Containment", "Save", What_stopped="The release is rolled back.")
    ana.sees("The release is rolled back.")


def recover(ana: Person, bo: Person) -> None:
    """Make sure that it holds."""
    ana.says("/incident phase recovery")
    bo.card_says("● Recovery")
    bo.clicks("Verified…")
    bo.fills("Recovery verified", "Save", How_was="200 test payments, all of them paid.")
    ana.sees("200 test payments")
    ana.says("/incident update Checkout works again.")
    bo.sees("Checkout works again.")


def review(ana: Person, bo: Person) -> None:
    """Learn from it."""
    ana.says("/incident phase review")
    bo.card_says("Review")
    drawn = bo.page.get_by_role("img", name=re.compile("^Timeline of INC-3 · Checkout is down"))
    expect(drawn).to_be_visible(timeout=PATIENCE_MS)
    ana.says("/incident action @Bo by friday Run the payment tests before every release")
    bo.sees("Run the payment tests")
    ana.says("/incident review")
    form = ana.page.get_by_role("dialog")
    form.get_by_role("checkbox").click()
    ana.fills(
        "Post-incident review",
        "Save",
        Impact="For 25 minutes nobody could pay: 90 orders, of which 71 were paid later.",
        Contributing="The payment tests do not run before a release.",
        What_went_well="The roll-back took four minutes.",
        What_went_less="The first alert came from a customer.",
        Where_were="It was not yet evening.",
    )
    ana.says("/incident review done")


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The demo, running in `folder`; gives its address once its two incidents are there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    # Nobody clicks as fast as this script: Slack's limits would make it wait for up to a minute.
    command = [sys.executable, "-m", "bot", "demo", "--port", str(port), "--no-rate-limits"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "out.log").open("wb") as log:
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)  # ours
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(child, folder, url)
        yield url
    finally:
        child.terminate()
        child.wait()


def _wait(child: subprocess.Popen[bytes], folder: Path, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ((folder / ".demo" / "ready").exists() and _answers(url)):
        if child.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"The demo did not start:\n{(folder / 'out.log').read_text()}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/sandbox/healthz") as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


def chromium() -> str | None:
    """Where the browser is, if there is one. The headless shell draws the same for two thirds of the work."""
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)


def main() -> None:
    """Make all pictures anew."""
    where = chromium()
    if where is None:
        raise SystemExit("There is no Chromium here: `apt install chromium-headless-shell`, then try again.")

    def save(page: Page, name: str) -> None:
        page.mouse.move(0, 0)  # nothing shall be hovered over
        page.screenshot(path=HERE / f"{name}.png", animations="disabled")
        print(f"docs/pictures/{name}.png")

    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=QUIET_BROWSER)
        live(browser, url, save)
        browser.close()


if __name__ == "__main__":
    main()
