"""Whole incidents, many of them: everything that is kept of each, read a few hundred at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from db import proof
from db.enums import EffectState, ReviewState
from db.models import Incident
from db.proof import Reading
from db.reading import pictured
from db.records import (
    ActionRecord,
    AnchorRecord,
    ClockRecord,
    CustomerUpdateRecord,
    DecisionRecord,
    DeliveryRecord,
    DeploymentRecord,
    Duties,
    EntryRecord,
    EscalationRecord,
    FactorRecord,
    FactRecord,
    FilingRecord,
    IncidentRecord,
    NoticeRecord,
    ReaderRecord,
    Record,
    ReviewRecord,
    RiskAnswerRecord,
    SignatureRecord,
    VersionRecord,
)
from db.timeline import Break

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """One incident with all that is kept of it. Without a `record` it is not there, or cannot be read; `breaks` say so.

    `chain` are the timeline's entries as they are chained; `signatures` those of all versions of the review.
    """

    number: int
    record: Record | None
    breaks: tuple[Break, ...]
    chain: tuple[Row[Any], ...] = ()
    entries: int = 0
    head: str = ""
    seals: int = 0
    seal: str = ""
    versions: tuple[VersionRecord, ...] = ()
    signatures: tuple[SignatureRecord, ...] = ()
    updates: tuple[CustomerUpdateRecord, ...] = ()
    deliveries: tuple[DeliveryRecord, ...] = ()
    members: tuple[Row[Any], ...] = field(default=())

    @property
    def key(self) -> str:
        """What people call it: `INC-7`."""
        return f"INC-{self.number}"


def declared_between(session: Session, begins_at: datetime, ends_at: datetime) -> list[int]:
    """The numbers of the incidents that were declared then, the end not included."""
    question = select(Incident.id).where(Incident.declared_at >= begins_at, Incident.declared_at < ends_at)
    return list(session.scalars(question.order_by(Incident.id)))


def bundles(session: Session, numbers: Sequence[int]) -> Iterator[Bundle]:
    """These incidents, in this order."""
    for some in proof.pieces(numbers):
        reading = proof.read(session, some)
        for number in some:
            yield _bundle(reading, number)


def _bundle(reading: Reading, number: int) -> Bundle:
    breaks = tuple(proof.check(reading, number))
    incident = next(iter(reading.of("incidents", number)), None)
    if incident is None:
        return Bundle(number=number, record=None, breaks=breaks)

    def of(kind: type[R], table: str, *order: str) -> tuple[R, ...]:
        rows = reading.of(table, number)
        ranked = sorted(rows, key=lambda row: tuple(getattr(row, name) for name in order)) if order else rows
        return tuple(pictured(kind, row) for row in ranked)

    deliveries = of(DeliveryRecord, "effects")
    signatures = of(SignatureRecord, "signatures", "version", "at", "role")
    review = next(iter(of(ReviewRecord, "reviews")), None)
    signing = review.version + (review.state is not ReviewState.DONE) if review else 0
    record = Record(
        incident=pictured(IncidentRecord, incident),
        roles={row.role: row.user for row in reading.of("roles", number)},
        timeline=of(EntryRecord, "entries", "at", "seq"),
        actions=of(ActionRecord, "actions", "id"),
        review=review,
        undelivered=tuple(one for one in deliveries if one.state is EffectState.DEAD),
        factors=of(FactorRecord, "factors", "place", "id") if review else (),
        signatures=tuple(one for one in signatures if one.version == signing),
        duties=Duties(
            anchors=of(AnchorRecord, "anchor_times"),
            facts=of(FactRecord, "clock_facts"),
            filings=of(FilingRecord, "filings", "sent_at", "id"),
            decisions=of(DecisionRecord, "decisions", "id"),
            clocks=of(ClockRecord, "running_clocks"),
        ),
        escalations=of(EscalationRecord, "escalations", "at", "rule"),
        readers=of(ReaderRecord, "readers", "name", "key"),
        deployment=next(iter(of(DeploymentRecord, "deployments")), None),
        notice=next(iter(of(NoticeRecord, "notices")), None),
        risk=next(iter(of(RiskAnswerRecord, "risk_answers")), None),
    )
    return Bundle(
        number=number,
        record=record,
        breaks=breaks,
        chain=tuple(reading.of("entries", number)),
        entries=incident.entries,
        head=incident.head,
        seals=incident.seals,
        seal=incident.seal,
        versions=of(VersionRecord, "review_versions", "number"),
        signatures=signatures,
        updates=of(CustomerUpdateRecord, "customer_updates", "id"),
        deliveries=deliveries,
        members=tuple(reading.of("members", number)),
    )
