"""The timeline as a picture: with the review, where there is one of it, and for whoever asks."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from bot.workflows import monthly
from db.models import Chart
from db.records import Month
from tests.conftest import NOON
from tests.story import text

SIGNED = "Timeline of INC-1, drawn for its review, version 1"
ALT = "Timeline of INC-1 · Checkout is down. SEV1 · "


def shared(messages):
    """The messages with pictures, by what they say."""
    return {message["text"]: message["files"][0] for message in messages if message.get("files")}


def seen(story, file):
    """A picture as it was uploaded."""
    return Image.open(io.BytesIO(story.slack.state.contents[file["id"]]))


def filled(person, room, **answers):
    person.types("/incident action Try it again", room)
    person.types("/incident review", room)
    person.fills("Post-incident review", timeline_read=True, impact="No order", contributing="A full disk", **answers)


def test_a_picture_comes_with_the_review_and_a_newer_one_takes_its_place(story):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down", severity="sev1")
    bo.types("/incident take primary INC-1")
    story.passes(minutes=20)
    ana.types("/incident phase review", room)

    ((said, first),) = shared(room.messages).items()
    assert said == "Timeline of INC-1, drawn for its review"
    assert (first["name"], first["mimetype"]) == ("INC-1-timeline.png", "image/png")
    assert first["alt_txt"].startswith(ALT)
    assert seen(story, first).width == 1200

    # What people write meanwhile draws no other; who signs has it drawn as it was signed.
    filled(ana, room)
    assert shared(room.messages) == {said: first}
    ana.types("/incident review done", room)
    ((said, second),) = shared(room.messages).items()
    assert said == SIGNED
    assert "Review signed, version 1" in second["alt_txt"]
    assert first["id"] not in story.slack.state.files

    # Whoever reads the shared review sees it, too; what happens afterwards leaves the signed one alone.
    ana.types("/incident review share", room)
    (announcement,) = story.incidents.said("INC-1", "Checkout is down")
    (in_thread,) = shared(story.incidents.thread(announcement)).values()
    assert in_thread["alt_txt"].startswith(ALT)
    ana.types("/incident note We look at it once more", room)
    assert shared(room.messages) == {SIGNED: second}


def test_whoever_asks_for_the_timeline_gets_it_as_a_picture(story):
    """The answer that one person sees can hold no file: the picture comes beside it."""
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Checkout is down", severity="sev1")
    story.passes(minutes=5)
    answer = bo.types("/incident timeline INC-1")
    assert "in your direct messages with tocsin" in text(answer.message)
    ((said, picture),) = shared(bo.direct_messages()).items()
    assert said == "Timeline of INC-1, asked for 2026-11-24 12:05:00 UTC"
    assert picture["alt_txt"].startswith(ALT)
    assert shared(room.messages) == shared(story.incidents.messages) == {}

    # Later, from the card: another picture, of how it stands then.
    story.passes(minutes=5)
    ana.clicks("Timeline", on=room.card)
    assert [*shared(ana.direct_messages())] == ["Timeline of INC-1, asked for 2026-11-24 12:10:00 UTC"]


def test_a_private_incidents_picture_never_leaves_its_room(story):
    ana, bo = story.people("Ana", "Bo")
    room = ana.declares("Somebody read our mail", severity="sev1", private=True)
    assert "here in the room" in text(ana.types("/incident timeline", room).message)
    assert "in its room alone" in text(ana.types("/incident timeline INC-1").message)
    assert "There is no incident INC-1" in bo.types("/incident timeline INC-1").said
    (picture,) = shared(room.messages).values()
    assert picture["alt_txt"].startswith("Timeline of PRIVATE INC-1 · Somebody read our mail")
    ana.types("/incident phase review", room)
    assert len(shared(room.messages)) == 2
    for file in story.slack.state.files.values():
        assert file["channels"] == [room.id]
        assert not file["is_public"]
    assert "Somebody read our mail" not in story.everything_outside(room.channel["name"])


def test_the_month_comes_as_charts_and_home_shows_them(on_stage):
    """Everybody may see the file, for it is shared in the incidents channel; Home stands without it when it is deleted."""
    story = on_stage()
    (ana,) = story.people("Ana")
    ana.declares("Checkout is down", severity="sev1")
    ana.declares("Laptop was stolen", severity="sev1", private=True)
    story.comes(NOON.replace(month=12, day=1, hour=9))
    story.chases()
    story.chases()
    ((said, chart),) = shared(story.incidents.messages).items()
    assert said == "November 2026 and the months before, posted 2026-12-01 09:00:00 UTC"
    assert chart["alt_txt"].startswith("Figures of June 2026 – November 2026. Incidents by severity: Jun 0, ")
    assert "Nov 2." in chart["alt_txt"], "of two, one of them private, it is not told how bad they were"
    assert seen(story, chart).width == 1200

    story.passes(minutes=2)
    home = ana.opens_home()
    (image,) = [block for block in home["blocks"] if block["type"] == "image"]
    assert image["slack_file"] == {"id": chart["id"]}
    assert image["alt_text"] == chart["alt_txt"]

    del story.slack.state.files[chart["id"]]
    with story.bot.parts.store.begin() as work:  # The next month's has just been shared, and Slack still works on it.
        monthly.chart_shared(work, month=Month(2026, 12), file="F0NEXT", alt="Figures of December")
    home = ana.opens_home()
    assert "Figures" in text(home)
    assert "image" not in {block["type"] for block in home["blocks"]}
    (broken,) = story.violations()
    assert "invalid slack file" in broken
    with story.bot.parts.store.read() as session:
        assert session.scalars(select(Chart.file)).all() == ["F0NEXT"]


@pytest.mark.parametrize("refusal", ["file_uploads_disabled", "storage_limit_reached"])
def test_where_slack_takes_no_files_the_document_says_it_all(story, refusal):
    (ana,) = story.people("Ana")
    room = ana.declares("Checkout is down", severity="sev1")
    story.slack.faults.refuse("files.getUploadURLExternal", refusal, times=9)
    ana.types("/incident phase review", room)
    ana.types("/incident timeline", room)
    assert shared(room.messages) == {}
    assert room.said("Post-incident review of INC-1")
    assert "could not be delivered" not in room.card.text.lower()
