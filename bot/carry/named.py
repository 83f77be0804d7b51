"""Whom a document names."""

from bot.errand import meet
from bot.parts import Parts
from bot.views import document
from db import queries
from db.records import PersonRecord, Record


def people_in(record: Record, parts: Parts) -> tuple[dict[str, PersonRecord], list[PersonRecord]]:
    """Whom a document names, by id, and whom of them Slack was asked about."""
    mentioned = document.mentioned(record)
    with parts.store.read() as session:
        known = queries.people(session, mentioned)
    found = meet(mentioned - known.keys(), parts)
    return known | {person.user: person for person in found}, found
