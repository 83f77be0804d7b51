"""A review that is too long for a few messages: what is posted says so, and the whole is in files in its thread, once."""

import os

import pytest

from bot.views import document
from bot.workflows import privacy
from bot.workflows.answers import TEXTS
from db.enums import EntryKind
from db.models import Review
from tests.story import text

ENTRIES = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 1000
LAST = f"entry {ENTRIES - 1} of many"


@pytest.fixture
def story(on_stage):
    """Of what was tried again, some was done before: that Slack says so is no fault."""
    told = on_stage()
    yield told
    assert set(told.violations()) <= {"files.delete: file_not_found"}


@pytest.fixture
def room(story):
    """Very many entries (by night two thousand), and answers of 12,000 characters, longer than any form takes."""
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", severity="sev1")
    long = "It was worse than it looked. " * 414
    assert f"has {len(long.strip())} characters; at most 3000 fit" in ana.types(f"/incident note {long}", room).said
    ana.types("/incident phase review", room)
    with story.bot.parts.store.begin() as work:
        incident = work.incident(1)
        for number in range(ENTRIES):
            work.note(incident, EntryKind.NOTE, f"entry {number} of many", by=ana.id)
        work.incident(1)
        work.incident(1)
        for name in TEXTS:
            setattr(work.session.get_one(Review, 1), name, f"{long} The end of {name}.")
    ana.types("/incident note The last one", room)
    return room


def pages(story, room):
    shown = story.record(1).review.pages
    return [message for message in room.messages if message["ts"] in shown]


def files(story, where, first):
    """The files below a message, by their endings; there is exactly one message with files."""
    (message,) = [reply for reply in where.thread(first) if reply["text"].startswith("The whole review")]
    contents = story.slack.state.contents
    return {file["name"].rpartition(".")[2]: contents[file["id"]].decode() for file in message["files"]}


def test_nothing_of_a_long_review_is_lost(story, room):
    ana, bo = story.people("Ana", "Bo")
    shown = pages(story, room)
    assert 1 < len(shown) <= document.PAGES_MOST
    assert "the whole document is in the files in the thread" in text(shown[0])
    assert "This part is long" in text(shown)
    assert LAST not in text(shown)
    whole = files(story, room, shown[0])
    assert set(whole) == {"md", "html"}
    for written in whole.values():
        assert all(f"entry {number} of many" in written for number in range(ENTRIES))
        assert all(
            f"The end of {name}".replace("_", "\\_" if written is whole["md"] else "_") in written for name in TEXTS
        )

    # A change, whose answer gets lost on the way: the files are there once, and new.
    story.slack.faults.drop_after("files.completeUploadExternal")
    bo.types("/incident note INC-1 The password was kraken7")
    story.passes(minutes=1)
    assert "kraken7" in files(story, room, shown[0])["md"]

    # What is redacted is gone from the files, too.
    seq = next(entry.seq for entry in story.record(1).timeline if "kraken7" in entry.text)
    with story.bot.parts.store.begin() as work:
        privacy.redact(work, number=1, seq=seq, by="tocsin", reason="a secret")
    story.settles()
    assert "kraken7" not in str(files(story, room, shown[0]))
    assert "kraken7" not in str(story.slack.state.contents.values())

    ana.types("/incident review share", room)
    thread = story.incidents.messages[0]
    assert LAST in files(story, story.incidents, thread)["md"]
    assert "the whole document is in the files in the thread" in text(story.incidents.thread(thread))

    with story.bot.parts.store.begin() as work:
        work.incident(1)
        for name in TEXTS:
            setattr(work.session.get_one(Review, 1), name, "Some orders failed.")
    ana.types("/incident note Shorter now", room)
    assert len(pages(story, room)) < len(shown)
    assert LAST in files(story, room, shown[0])["md"], "the timeline is as long as it was"

    # Where Slack takes no files, it is posted whole.
    story.slack.faults.refuse("files.getUploadURLExternal", "file_uploads_disabled")
    ana.types("/incident note One more", room)
    shown = pages(story, room)
    assert all(f"entry {number} of many" in text(shown) for number in range(ENTRIES))
    assert "in the files" not in text(shown)
    assert [reply for reply in room.thread(shown[0]) if reply.get("files")] == []
