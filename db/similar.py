"""Past incidents that resemble one: those that share telling words in title, description or contributing factors.

A word tells the more, the fewer incidents have it; one that very many have tells nothing. Each word is looked up in the
database's full-text index (SQLite FTS5, PostgreSQL tsvector), which knows that "disks" is "disk".
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db import queries
from db.enums import Phase
from db.models import Incident
from db.records import Record, SimilarRecord

SHOWN, WORDS_MOST, WORDS_SHOWN = 5, 16, 5
# What so many incidents say tells nothing of any of them.
COMMON = 500
# One word in common is enough only when hardly any incident has it.
RARE = 5
_WORD = re.compile(r"[^\W_]{3,}")
_EMPTY = frozenset(
    [
        "about",
        "after",
        "again",
        "all",
        "also",
        "and",
        "any",
        "are",
        "because",
        "been",
        "before",
        "being",
        "both",
        "but",
        "can",
        "cannot",
        "could",
        "did",
        "does",
        "down",
        "each",
        "for",
        "from",
        "had",
        "has",
        "have",
        "her",
        "his",
        "how",
        "into",
        "its",
        "just",
        "more",
        "most",
        "not",
        "now",
        "off",
        "one",
        "only",
        "our",
        "out",
        "over",
        "since",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "too",
        "under",
        "until",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "incident",
        "problem",
        "issue",
        "fails",
        "failed",
        "failing",
        "failure",
        "error",
        "errors",
    ]
)
_SQLITE = """
    SELECT rowid FROM incidents_words WHERE incidents_words MATCH :word AND rowid < :number
    UNION SELECT factors.incident_id FROM factors_words JOIN factors ON factors.id = factors_words.rowid
        WHERE factors_words MATCH :word AND factors.incident_id < :number
    LIMIT :most
"""
# All words in one question: the way to the server takes longer than the answer.
_POSTGRESQL = """
    SELECT asked.word, found.id FROM unnest(CAST(:words AS text[])) AS asked (word), LATERAL (
        (SELECT id FROM incidents WHERE text_words @@ plainto_tsquery('english', asked.word) AND id < :number LIMIT :most)
        UNION (SELECT incident_id FROM factors
            WHERE text_words @@ plainto_tsquery('english', asked.word) AND incident_id < :number LIMIT :most)
    ) AS found
"""


def with_similar(session: Session, record: Record, *, viewer: str | None = None) -> Record:
    """The record, with the past incidents that resemble it.

    Those that `viewer` may see; without a viewer public ones alone, for a document is read by more than one person.
    """
    incident = record.incident
    words = telling([incident.title, *(factor.text for factor in record.factors), incident.summary])
    scores: dict[int, float] = {}
    shared: dict[int, list[str]] = {}
    weights: dict[str, float] = {}
    found = _with_words(session, words, incident.id)
    for word, numbers in found.items():
        if len(numbers) < COMMON:
            weights[word] = math.log(1 + COMMON / max(1, len(numbers)))
            for number in numbers:
                scores[number] = scores.get(number, 0.0) + weights[word]
                shared.setdefault(number, []).append(word)
    telling_ones = [number for number, common in shared.items() if len(common) > 1 or len(found[common[0]]) <= RARE]
    best = sorted(telling_ones, key=lambda number: (-scores[number], -number))[: SHOWN * 10]
    return replace(record, similar=tuple(_seen(session, record, best, shared, weights, viewer))[:SHOWN])


def telling(texts: Iterable[str]) -> list[str]:
    """The words that may tell something, each once, as they come."""
    words = dict.fromkeys(word for part in texts for word in _WORD.findall(part.lower()) if word not in _EMPTY)
    return list(words)[:WORDS_MOST]


def _with_words(session: Session, words: list[str], number: int) -> dict[str, list[int]]:
    """The earlier incidents that have each word; of a common one not all."""
    if session.get_bind().dialect.name == "sqlite":
        limits = {"number": number, "most": COMMON}
        return {word: list(session.scalars(text(_SQLITE), {"word": f'"{word}"', **limits})) for word in words}
    found: dict[str, list[int]] = {word: [] for word in words}
    asked = {"words": words, "number": number, "most": COMMON}
    for word, known in session.execute(text(_POSTGRESQL), asked):
        found[word].append(known)
    return found


def _seen(
    session: Session,
    record: Record,
    numbers: Iterable[int],
    shared: Mapping[int, list[str]],
    weights: Mapping[str, float],
    viewer: str | None,
) -> Iterable[SimilarRecord]:
    wanted = list(numbers)
    may_be_seen = queries.may_see(viewer) if viewer is not None else Incident.private.is_(False)
    question = (
        select(Incident.id)
        .where(Incident.id.in_(wanted), may_be_seen)
        .where(Incident.drill.is_(record.incident.drill), Incident.phase != Phase.MERGED)
    )
    visible = set(session.scalars(question))
    for number in wanted:
        incident = queries.incident(session, number) if number in visible else None
        if incident is not None:
            words = sorted(shared[number], key=lambda word: -weights[word])
            yield SimilarRecord(incident=incident, words=tuple(words[:WORDS_SHOWN]))
