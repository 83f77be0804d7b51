"""The status page as an Atom feed (RFC 4287): one entry an update, the newest first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree as ET

from bot.policy import Policy
from bot.views import labels
from bot.views.site import html
from db.records import PublicIncident, PublicUpdate

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES_MOST = 50
# A feed needs an id of its own that never changes; where the page has no address, this stands for it.
NO_ADDRESS = "urn:uuid:5b1f9a4e-6f6c-4f0e-9a63-2a1f5c0d7e11"
# What XML 1.0 cannot hold, not even as an entity.
_NOT_XML = dict.fromkeys([*(n for n in range(32) if n not in (9, 10, 13)), 0xFFFE, 0xFFFF])


def atom(policy: Policy, incidents: Sequence[PublicIncident], *, now: datetime) -> bytes:
    """The feed. `now` dates it while nothing has ever been published."""
    ET.register_namespace("", ATOM)
    address = policy.customers.page.address
    said = sorted(
        ((update, incident) for incident in incidents for update in incident.updates),
        key=lambda pair: pair[0].at,
        reverse=True,
    )[:ENTRIES_MOST]
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"{address}/" if address else NO_ADDRESS)
    _add(feed, "title", html.name(policy))
    _add(feed, "updated", rfc3339(said[0][0].at if said else now))
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", policy.customers.organisation or html.name(policy))
    if address:
        ET.SubElement(feed, f"{{{ATOM}}}link", rel="self", type="application/atom+xml", href=f"{address}/history.atom")
        ET.SubElement(feed, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=f"{address}/")
    for update, incident in said:
        _entry(feed, update, incident, address)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ET.Element, update: PublicUpdate, incident: PublicIncident, address: str | None) -> None:
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "id", UUID(update.uid).urn)
    _add(entry, "title", f"{update.title} ({labels.stage(update.stage)})")
    _add(entry, "published", rfc3339(update.at))
    _add(entry, "updated", rfc3339(update.at))
    href = f"{address}/incidents/{incident.uid}/" if address else f"incidents/{incident.uid}/"
    ET.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=f"{href}#u{update.uid}")
    _add(entry, "content", update.text).set("type", "text")


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = text.translate(_NOT_XML)
    return element


def rfc3339(moment: datetime) -> str:
    """`2026-11-24T12:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
