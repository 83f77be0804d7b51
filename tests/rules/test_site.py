"""The status page as HTML, JSON and Atom: what was published, nothing else, in the formats that others read."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from bot import policy
from bot.views.site import Site
from db.enums import ComponentState, Stage
from db.records import PublicIncident, PublicUpdate
from tests.rules.test_views import views

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOW = NOON + timedelta(days=3)
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = json.loads((Path(__file__).parent / "statuspage_v2.json").read_text(encoding="utf-8"))
RULES = """
customers:
  organisation: Example <Shop>
  components: {checkout: {label: Checkout}, search: {label: Search & more}}
  page: {address: "https://status.example.com"}
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    path = tmp_path_factory.mktemp("policy") / "policy.yml"
    path.write_text(RULES)
    return policy.load(path)


def update(minutes, stage, text="Cards are refused.", title="Checkout is down", **components):
    states = {key: ComponentState(state).value for key, state in components.items()}
    uid = f"{minutes + 1000:032x}"
    return PublicUpdate(
        uid=uid, stage=Stage(stage), title=title, text=text, components=states, at=NOON + timedelta(minutes=minutes)
    )


def incident(number, *updates):
    return PublicIncident(uid=f"{0xABC0 + number:032x}", updates=updates)


OPEN = incident(
    1, update(1, "investigating", checkout="partial_outage"), update(2, "identified", checkout="major_outage")
)
OVER = incident(
    2, update(-90, "investigating", search="degraded_performance"), update(-30, "resolved", search="operational")
)


def drawn(rules, *incidents):
    site = Site(rules, incidents, now=NOW)
    return {path: site.draw(path).decode() for path in site}


def v2(rules, name, *incidents):
    return json.loads(Site(rules, incidents, now=NOW).draw(f"api/v2/{name}"))


def test_what_it_shows_now(rules):
    page = drawn(rules, OPEN, OVER)["index.html"]
    assert "<title>Status of Example &lt;Shop&gt;</title>" in page
    assert re.search(r'class="overall critical">Major system outage', page)
    assert re.search(r'Checkout</span> <span class="state critical">Major outage', page)
    assert re.search(r'Search &amp; more</span> <span class="state none">Operational', page)
    assert page.index(f"u{OPEN.updates[1].uid}") < page.index(f"u{OPEN.updates[0].uid}"), "the newest first"
    assert '<time datetime="2026-11-24T12:02:00+00:00">2026-11-24 12:02 UTC</time>' in page
    assert "<form" not in page, "nobody subscribes where no mail is sent"
    assert "<script" not in page


def test_nothing_has_ever_been_published(rules):
    files = drawn(rules)
    assert "All systems operational" in files["index.html"]
    assert "None so far." in files["history/index.html"]
    assert json.loads(files["api/v2/summary.json"])["incidents"] == []
    assert feedparser.parse(files["history.atom"]).bozo == 0


@pytest.mark.parametrize("name", SCHEMA["documents"])
@pytest.mark.parametrize("incidents", [(), (OPEN,), (OVER,), (OPEN, OVER)], ids=["none", "open", "over", "both"])
def test_readers_of_statuspage_can_read_it(rules, name, incidents):
    schema = {**SCHEMA["documents"][name], "$defs": SCHEMA["$defs"]}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(v2(rules, name, *incidents))] == []


@pytest.mark.parametrize(
    ("states", "indicator"),
    [
        ({}, "minor"),
        ({"checkout": "operational"}, "minor"),
        ({"checkout": "degraded_performance"}, "minor"),
        ({"checkout": "degraded_performance", "search": "partial_outage"}, "major"),
        ({"checkout": "major_outage", "search": "partial_outage"}, "critical"),
    ],
)
def test_all_of_it_in_one_word(rules, states, indicator):
    told = incident(1, update(1, "monitoring", **states))
    assert v2(rules, "status.json", told)["status"]["indicator"] == indicator
    assert v2(rules, "status.json", incident(1, *told.updates, update(2, "resolved")))["status"]["indicator"] == "none"


def test_an_incident_as_json(rules):
    unresolved = v2(rules, "incidents/unresolved.json", OPEN, OVER)["incidents"]
    (told,) = unresolved
    assert told["name"] == "Checkout is down"
    assert told["shortlink"] == f"https://status.example.com/incidents/{OPEN.uid}/"
    assert told["incident_updates"][0]["affected_components"][0] | {"code": ""} == {
        "code": "",
        "name": "Checkout",
        "old_status": "partial_outage",
        "new_status": "major_outage",
    }
    over = v2(rules, "incidents.json", OPEN, OVER)["incidents"][1]
    assert (over["status"], over["impact"], over["resolved_at"]) == ("resolved", "minor", "2026-11-24T11:30:00.000Z")


def test_the_feed(rules):
    feed = feedparser.parse(drawn(rules, OPEN, OVER)["history.atom"])
    assert (feed.bozo, feed.version, feed.feed.title) == (0, "atom10", "Status of Example <Shop>")
    assert [entry.title for entry in feed.entries] == [
        "Checkout is down (Identified)",
        "Checkout is down (Investigating)",
        "Checkout is down (Resolved)",
        "Checkout is down (Investigating)",
    ]
    assert feed.entries[0].link == f"https://status.example.com/incidents/{OPEN.uid}/#u{OPEN.updates[1].uid}"
    assert len({entry.id for entry in feed.entries}) == 4


def wants(parent, name):
    """What RFC 4287 wants exactly once, and not empty."""
    (element,) = parent.findall(f"{ATOM}{name}")
    assert element.text
    return element.text


def test_the_feed_has_what_rfc_4287_wants(rules):
    feed = ET.fromstring(drawn(rules, OPEN, OVER)["history.atom"].encode())
    assert feed.tag == f"{ATOM}feed"
    assert wants(feed, "id") == "https://status.example.com/"
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == "https://status.example.com/history.atom"
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    for element in [feed, *feed.findall(f"{ATOM}entry")]:
        wants(element, "title")
        assert re.match(r"urn:uuid:|https://", wants(element, "id"))
        assert datetime.fromisoformat(wants(element, "updated")).tzinfo is UTC
    assert wants(feed, "updated") == "2026-11-24T12:02:00Z"


def test_links_lead_to_files_that_are_there(rules):
    """Wherever the files lie: all links are relative."""
    files = drawn(rules, OPEN, OVER)
    for path in (path for path in files if path.endswith(".html")):
        for link in re.findall(r'(?:href|action)="([^"]*)"', files[path]):
            target = "/".join(["x", *path.split("/")[:-1], *link.split("/")])
            while re.search(r"[^/]+/\.\./", target):
                target = re.sub(r"[^/]+/\.\./", "", target, count=1)
            target = target.removeprefix("x/")
            assert (f"{target}index.html" if target.endswith("/") or not target else target) in files, (path, link)


@views
@given(st.text(), st.text(min_size=1))
def test_whatever_is_published_stays_text(rules, text, title):
    files = drawn(rules, incident(1, update(1, "investigating", f"<script>alert(1)</script>{text}", f"<b>{title}")))
    for path, content in files.items():
        if path.endswith(".html"):
            assert "<script" not in content
            assert "<b>" not in content
        elif path.endswith(".json"):
            json.loads(content)
        else:
            ET.fromstring(content.encode())


def test_addresses_become_links_that_show_where_they_lead(rules):
    text = "See https://example.com/a?b=1&c=2.\njavascript:alert(1) <https://evil.example|click>"
    page = drawn(rules, incident(1, update(1, "investigating", text)))["index.html"]
    links = re.findall(r'<a href="([^"]*)" rel="nofollow noopener">([^<]*)</a>', page)
    assert links[0] == ("https://example.com/a?b=1&amp;c=2",) * 2
    assert all(href == shown for href, shown in links)
