"""The archive: one ZIP with everything that is kept of a period, its own README, and a manifest with the hash of each file.

Incidents belong to the period in which they were declared. Private ones are in the population, so that it has no gaps, with
their key, dates, severity and kind; what they say is left out unless it is asked for. It is read in one snapshot and written
incident by incident, so its size does not matter.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import migrations
from bot import export, sheets
from bot.errors import Refused, TocsinError
from bot.evidence import controls, probes, readme
from bot.evidence.controls import Catalogue
from bot.evidence.probes import Bench, Outcome
from bot.policy import Policy
from bot.views import document
from bot.workflows import duties
from bot.workflows.assessing import EARLIEST, LATEST
from db import bundles, proof, queries, risks
from db.bundles import Bundle
from db.enums import CustomerUpdateState, EntryKind, Phase, ReviewState
from db.models import Audit, Counter, Incident, Person, PolicyVersion, RiskEntry
from db.records import IncidentRecord, Month, PersonRecord, Record, users_in
from db.store import Store

FORMAT = 1
MANIFEST = "manifest.json"
README = "README.md"
PIECE, IN_MEMORY = 1 << 20, 1 << 20
QUICK = 1  # Deflate's first level: twice as large, four times as quick.
NOT_TOLD = (CustomerUpdateState.DRAFT, CustomerUpdateState.DISCARDED)
Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Period:
    """From the beginning of one day to the end of another, in the team's zone."""

    first: date
    last: date
    begins_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, first: date, last: date, policy: Policy) -> "Period":
        """Refused when it ends before it begins."""
        if last < first:
            raise Refused(f"The period ends on {last}, before it begins on {first}. Name the earlier day with --from.")
        for day in (first, last):
            if not EARLIEST <= day <= LATEST:
                raise Refused(f"{day} is too far away. Give days from {EARLIEST} to {LATEST}.")
        calendar = policy.calendar
        ends_at = calendar.at(last + timedelta(days=1), time.min)
        return cls(first, last, calendar.at(first, time.min), ends_at)

    def months_over(self, policy: Policy, first: datetime | None, now: datetime) -> list[str]:
        """The months of the period whose report was due by now; `first` is when the first incident of all was declared."""
        zone = policy.calendar.zone
        month, found = Month(self.first.year, self.first.month), []
        while month <= Month(self.last.year, self.last.month):
            last_day = policy.calendar.date_of(month.ends_at(zone) - timedelta(seconds=1))
            posted_by = policy.calendar.business_day_after(last_day, 1)
            if first is not None and first < month.ends_at(zone) and policy.calendar.end_of(posted_by) < now:
                found.append(str(month))
            month = month.after(1)
        return found


@dataclass(frozen=True)
class Order:
    """What is wanted: of which period, by whom, with what private incidents say or without."""

    period: Period
    by: str
    private: bool
    catalogue: Catalogue
    made_at: datetime


@dataclass(frozen=True)
class Made:
    """What came of it: the manifest's hash is what an archive is known by."""

    incidents: int
    files: int
    sha256: str
    breaks: int
    missing: int


class Sheet:
    """A table that is written row by row, and lies on the disk until it goes into the archive."""

    def __init__(self, columns: Sequence[str]) -> None:
        """Nothing is in it yet."""
        self.columns = columns
        self.rows = 0
        self.csv = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- `Archive.add_table` closes both
        self.json = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        self.csv.write(sheets.table(columns, ()).encode())

    def add(self, row: Cells) -> None:
        """A row more; it names every column."""
        self.csv.write(sheets.table((), [[_cell(row[column]) for column in self.columns]])[2:].encode())
        self.json.write(f"{',' if self.rows else '['}\n{json.dumps(row, ensure_ascii=False)}".encode())
        self.rows += 1

    def extend(self, rows: Iterable[Cells]) -> None:
        """Several rows more."""
        for row in rows:
            self.add(row)

    def close(self) -> None:
        """No row comes any more."""
        self.json.write(b"\n]\n" if self.rows else b"[]\n")


class Archive:
    """A ZIP that remembers the hash of each file."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        """Nothing is in it yet."""
        self._packed = packed
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, text: str) -> None:
        """A file, in UTF-8."""
        content = text.encode()
        self._packed.writestr(name, content, compresslevel=QUICK)
        self.files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def pour(self, name: str, spool: IO[bytes]) -> None:
        """A file that was written elsewhere."""
        size, digest, info = 0, hashlib.sha256(), zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        spool.seek(0)
        with self._packed.open(info, "w", force_zip64=True) as file:
            while piece := spool.read(PIECE):
                file.write(piece)
                size += len(piece)
                digest.update(piece)
        self.files[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def add_json(self, name: str, value: Any) -> None:
        """A file for programs."""
        self.add(name, json.dumps(value, ensure_ascii=False, indent=1) + "\n")

    def add_table(self, name: str, sheet: Sheet) -> None:
        """A table, for programs and for spreadsheets."""
        sheet.close()
        for kind, spool in (("json", sheet.json), ("csv", sheet.csv)):
            with spool:
                self.pour(f"{name}.{kind}", spool)


def write(
    store: Store, session: Session, path: Path, *, policy: Policy, order: Order, told: Callable[[int, int], None]
) -> Made:
    """Write the archive to `path`, which appears whole or not at all. `told` hears how many of how many are written."""
    if path.exists():
        raise Refused(f"{path} is there already. Nothing is overwritten: name another file with --out.")
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as packed:
            made = _fill(Archive(packed), store, session, policy=policy, order=order, told=told)
        unfinished.replace(path)
    except OSError as error:
        raise TocsinError(f"{path} cannot be written ({error.strerror}). Name another file with --out.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return made


def _fill(
    archive: Archive, store: Store, session: Session, *, policy: Policy, order: Order, told: Callable[[int, int], None]
) -> Made:
    known = queries.people(session, session.scalars(select(Person.user)))
    numbers = _numbers(session, order.period)
    writing = _Writing(archive, policy, order, known)
    for done, bundle in enumerate(bundles.bundles(session, numbers), start=1):
        writing.put(bundle)
        told(done, len(numbers))
    return writing.end(store, session)


def _numbers(session: Session, period: Period) -> list[int]:
    """Every number from the first to the last of the period: one of which nothing is there is in the population, too."""
    declared = bundles.declared_between(session, period.begins_at, period.ends_at)
    return list(range(declared[0], declared[-1] + 1)) if declared else []


class _Writing:
    """An archive in the making."""

    def __init__(self, archive: Archive, policy: Policy, order: Order, known: Mapping[str, PersonRecord]) -> None:
        self.archive, self.policy, self.order, self.known = archive, policy, order, known
        self.sheets = {name: Sheet(columns) for name, columns in COLUMNS.items()}
        self.first: str | None = None
        self.last: str | None = None
        self.drills = self.private = 0
        self.found, self.drilled = probes.outcomes(), probes.outcomes()
        self.heads: dict[str, dict[str, Any]] = {}
        self.breaks: list[str] = []
        self.named: set[str] = set()

    @property
    def bench(self) -> Bench:
        return Bench(self.policy, self.order.made_at)

    def put(self, bundle: Bundle) -> None:
        """An incident: its rows in the tables, its record, its timeline, its signed reviews."""
        self.breaks += map(str, bundle.breaks)
        record = bundle.record
        self.first, self.last = self.first or bundle.key, bundle.key
        self.sheets["population"].add(_population(bundle, self.order))
        if record is None:
            probes.look(self.found, bundle, self.bench)
            return
        self.drills += record.incident.drill
        self.private += record.incident.private
        probes.look(self.drilled if record.incident.drill else self.found, bundle, self.bench)
        withheld = record.incident.private and not self.order.private
        self.heads[bundle.key] = {
            "entries": bundle.entries,
            "head": bundle.head,
            "seals": bundle.seals,
            "seal": bundle.seal,
        }
        chain = {"incident": bundle.number, "withheld": withheld, "entries": list(_chain(bundle, withheld=withheld))}
        self.archive.add(f"timelines/{bundle.key}.json", _compact(chain))
        if not withheld:
            self._tell(bundle, record)

    def _tell(self, bundle: Bundle, record: Record) -> None:
        published = [one for one in bundle.updates if one.state is CustomerUpdateState.PUBLISHED]
        whole = export.as_json(
            record,
            text=self._document(bundle, record),
            deliveries=bundle.deliveries,
            updates=published,
            policy=self.policy,
            now=self.order.made_at,
        )
        written = _compact(whole)
        self.archive.add(f"incidents/{bundle.key}.json", written)
        for version in bundle.versions:
            if version.redacted_at is None:
                self.archive.add(f"reviews/{bundle.key}-v{version.number}.md", version.document)
        self.sheets["communications"].extend(_communications(bundle, record))
        self.sheets["filings"].extend(_filings(bundle, record))
        self.sheets["clocks"].extend(_clocks(bundle, record, self.policy, self.order.made_at))
        self.sheets["deliveries"].extend(_deliveries(bundle))
        self.sheets["actions"].extend(_actions(bundle, record))
        self.sheets["members"].extend(_members(bundle))
        self.named |= users_in(written) & self.known.keys()
        self.named |= {row.user for row in bundle.members} & self.known.keys()

    def _document(self, bundle: Bundle, record: Record) -> str:
        """The review as it was signed last or, until it is, as it stands."""
        if record.review is None:
            return ""
        if record.review.state is ReviewState.DONE:
            kept = [one for one in bundle.versions if one.redacted_at is None and one.number == record.review.version]
            if kept:
                return kept[-1].document
        return document.markdown(record, self.policy, self.known, now=self.order.made_at)

    def end(self, store: Store, session: Session) -> Made:
        """What concerns the whole period, the README, and the manifest that all of it is compared with."""
        archive, period = self.archive, self.order.period
        self.breaks += map(str, proof.house(session))
        count = self.sheets["population"].rows
        is_drills = bool(count) and self.drills == count
        found = self.drilled if is_drills else self.found
        first = session.scalar(select(func.min(Incident.declared_at)))
        months = period.months_over(self.policy, first, self.order.made_at)
        probes.look_around(found, session, self.bench, months=months, ends_at=period.ends_at)
        self.sheets["risks"].extend(_risks(session, private=self.order.private))
        self.sheets["risk_history"].extend(_risk_history(session, period, private=self.order.private))
        self.sheets["access"].extend(_access(session, period))
        self.sheets["policies"].extend(self._policies(session))
        self.sheets["people"].extend({"user": user, "name": self.known[user].name} for user in sorted(self.named))
        for name, sheet in self.sheets.items():
            archive.add_table(name, sheet)
        _add_controls(archive, found, self.order.catalogue)
        archive.add_json("verification.json", {"verified_at": export.time(self.order.made_at), "breaks": self.breaks})
        facts = self._facts(store, session, found, is_drills=is_drills)
        archive.add(README, readme.text(facts, self.policy))
        manifest = json.dumps({**facts, "files": archive.files, "timelines": self.heads}, ensure_ascii=False, indent=1)
        archive.add(MANIFEST, manifest)
        return Made(
            incidents=count,
            files=len(archive.files),
            sha256=archive.files[MANIFEST]["sha256"],
            breaks=len(self.breaks),
            missing=sum(one.result is probes.Result.MISSING for one in found.values()),
        )

    def _facts(
        self, store: Store, session: Session, found: Mapping[str, Outcome], *, is_drills: bool
    ) -> dict[str, Any]:
        counters = {row.name: row.value for row in session.scalars(select(Counter))}
        period = self.order.period
        return {
            "format": FORMAT,
            "made_at": export.time(self.order.made_at),
            "made_by": self.order.by,
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "zone": self.policy.calendar.zone.key,
            "begins_at": export.time(period.begins_at),
            "ends_at": export.time(period.ends_at),
            "with_private": self.order.private,
            "schema": migrations.current(store.engine),
            "incidents": self.sheets["population"].rows,
            "first": self.first,
            "last": self.last,
            "private": self.private,
            "drills": self.drills,
            "drills_stand_in": is_drills,
            "declared_ever": counters.get("incident", 0),
            "house_seals": counters.get("seals", 0),
            "breaks": len(self.breaks),
            "results": {key: one.result.value for key, one in found.items()},
        }

    def _policies(self, session: Session) -> Iterator[Cells]:
        """The policies that were in force in the period: the last one before it, and each that came in it."""
        versions = session.scalars(select(PolicyVersion).order_by(PolicyVersion.number)).all()
        for place, version in enumerate(versions):
            until = versions[place + 1].since if place + 1 < len(versions) else None
            if version.since < self.order.period.ends_at and (until is None or until > self.order.period.begins_at):
                name = f"policies/policy-{version.number}.json"
                self.archive.add(name, version.text)
                yield {
                    "number": version.number,
                    "since": export.time(version.since),
                    "until": export.time(until),
                    "file": name,
                    "sha256": version.hash,
                }


# ── the tables ───────────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS: Mapping[str, Sequence[str]] = {
    "population": (
        "number",
        "key",
        "declared_at",
        "in_period",
        "severity",
        "kind",
        "phase",
        "drill",
        "private",
        "closed_at",
        "merged_into",
        "title",
        "note",
    ),
    "communications": ("incident", "at", "what", "audience", "channel", "by", "approved_by", "text"),
    "filings": (
        "incident",
        "rule",
        "stage",
        "sent_at",
        "sent_by",
        "channel",
        "recipient",
        "reference",
        "due_at",
        "late",
        "reasons",
        "recorded_by",
        "recorded_at",
        "text_sha256",
        "rule_version",
        "calendar",
        "withdrawn_at",
        "withdrawn_by",
        "withdrawn_because",
    ),
    "clocks": ("incident", "rule", "framework", "cite", "state", "due_at", "why", "decided_by", "decided_at"),
    "deliveries": ("incident", "kind", "state", "attempts", "told_at", "settled_at", "error"),
    "actions": (
        "incident",
        "text",
        "kind",
        "priority",
        "owner",
        "due_on",
        "state",
        "done_at",
        "proof",
        "url",
        "rejected_because",
    ),
    "members": ("incident", "user", "present", "as_of"),
    "risks": (
        "risk",
        "title",
        "category",
        "likelihood",
        "impact",
        "likelihood_after",
        "impact_after",
        "score",
        "treatment",
        "owner",
        "review_on",
        "state",
        "controls",
        "incidents",
    ),
    "risk_history": ("risk", "at", "what", "by", "text"),
    "access": ("at", "user", "what", "incident", "allowed"),
    "policies": ("number", "since", "until", "file", "sha256"),
    "people": ("user", "name"),
}
MISSING = dict.fromkeys(COLUMNS["population"])


def _population(bundle: Bundle, order: Order) -> Cells:
    named = {**MISSING, "number": bundle.number, "key": bundle.key, "drill": False, "private": False}
    if bundle.record is None:
        return {**named, "note": "the incident cannot be read, or is missing"}
    incident = bundle.record.incident
    inside = order.period.begins_at <= incident.declared_at < order.period.ends_at
    return {
        **named,
        "declared_at": export.time(incident.declared_at),
        "in_period": inside,
        "severity": incident.severity,
        "kind": incident.kind.value,
        "phase": incident.phase.value,
        "drill": incident.drill,
        "private": incident.private,
        "closed_at": export.time(incident.closed_at),
        "merged_into": f"INC-{incident.merged_into}" if incident.merged_into else None,
        "title": None if incident.private and not order.private else incident.title,
        "note": _note(incident, inside=inside),
    }


def _note(incident: IncidentRecord, *, inside: bool) -> str | None:
    words = []
    if not inside:
        words.append("declared outside the period, between two that were declared in it")
    if incident.phase is Phase.DISMISSED:
        words.append("dismissed")
    if incident.phase is Phase.MERGED:
        words.append("merged")
    return "; ".join(words) or None


def _chain(bundle: Bundle, *, withheld: bool) -> Iterator[Cells]:
    """The entries as they are chained: what `hash` is made of can be computed from it again."""
    for row in bundle.chain:
        links = {"seq": row.seq, "content_hash": row.content_hash, "hash": row.hash}
        if withheld:
            yield links
            continue
        yield {
            **links,
            "at": row.at.isoformat(),
            "recorded_at": row.recorded_at.isoformat(),
            "kind": row.kind.value,
            "by": row.by,
            "text": row.text,
            "data": row.data,
            "redacted_at": row.redacted_at.isoformat() if row.redacted_at else None,
        }


def _communications(bundle: Bundle, record: Record) -> Iterator[Cells]:
    audience = "the incident's room" if record.incident.private else "everybody in the house who follows"
    channel = "room" if record.incident.private else "room and announcement"
    of = {"incident": bundle.key, "approved_by": None}
    for entry in record.timeline:
        if entry.kind is EntryKind.UPDATE:
            said = {"at": export.time(entry.at), "by": entry.by, "text": entry.text}
            yield {**of, "what": "update", "audience": audience, "channel": channel, **said}
    for one in bundle.updates:
        if one.state not in NOT_TOLD:
            yield {
                **of,
                "at": export.time(one.published_at),
                "what": f"customer update: {one.stage.value}",
                "audience": "customers",
                "channel": ", ".join(one.targets),
                "by": one.drafted_by,
                "approved_by": one.approved_by,
                "text": one.text,
            }
    for reader in record.readers:
        for way, at in (("e-mail", reader.mailed_at), ("Slack", reader.messaged_at)):
            if at is not None:
                yield {
                    **of,
                    "at": export.time(at),
                    "what": "leadership told",
                    "audience": reader.name,
                    "channel": way,
                    "by": "tocsin",
                    "text": None,
                }


def _filings(bundle: Bundle, record: Record) -> Iterator[Cells]:
    for one in record.duties.filings:
        yield {
            "incident": bundle.key,
            "rule": one.rule,
            "stage": one.stage,
            "sent_at": export.time(one.sent_at),
            "sent_by": one.sent_by,
            "channel": one.channel,
            "recipient": one.recipient,
            "reference": one.reference,
            "due_at": export.time(one.due_at),
            "late": one.is_late,
            "reasons": one.reasons,
            "recorded_by": one.recorded_by,
            "recorded_at": export.time(one.recorded_at),
            "text_sha256": one.text_hash,
            "rule_version": one.version,
            "calendar": one.calendar,
            "withdrawn_at": export.time(one.withdrawn_at),
            "withdrawn_by": one.withdrawn_by,
            "withdrawn_because": one.withdrawn_because or None,
        }


def _clocks(bundle: Bundle, record: Record, policy: Policy, now: datetime) -> Iterator[Cells]:
    for one in duties.stand(record, policy, now) if duties.can_have_any(record, policy) else ():
        yield {
            "incident": bundle.key,
            "rule": one.rule.key,
            "framework": one.framework.key,
            "cite": one.rule.cite,
            "state": one.state.value,
            "due_at": export.time(one.due_at),
            "why": one.why or None,
            "decided_by": one.decision.by if one.decision else None,
            "decided_at": export.time(one.decision.at) if one.decision else None,
        }


def _deliveries(bundle: Bundle) -> Iterator[Cells]:
    for one in bundle.deliveries:
        yield {
            "incident": bundle.key,
            "kind": one.kind,
            "state": one.state.value,
            "attempts": one.attempts,
            "told_at": export.time(one.told_at),
            "settled_at": export.time(one.settled_at),
            "error": one.error,
        }


def _actions(bundle: Bundle, record: Record) -> Iterator[Cells]:
    for one in record.actions:
        yield {
            "incident": bundle.key,
            "text": one.text,
            "kind": one.kind.value,
            "priority": one.priority.value,
            "owner": one.owner,
            "due_on": one.due_on.isoformat(),
            "state": one.state.value,
            "done_at": export.time(one.done_at),
            "proof": one.proof,
            "url": one.url,
            "rejected_because": one.rejected_because,
        }


def _members(bundle: Bundle) -> Iterator[Cells]:
    for row in bundle.members:
        yield {"incident": bundle.key, "user": row.user, "present": row.present, "as_of": export.time(row.as_of)}


def _risks(session: Session, *, private: bool) -> Iterator[Cells]:
    """The register as it stands; a private incident is one that showed a risk, and no more."""
    linked = risks.links(session, seen=risks.seen_by(None) if private else risks.public())
    for one in sorted(risks.register(session, closed=True), key=lambda risk: risk.id):
        yield {
            "risk": one.key,
            "title": one.title,
            "category": one.category,
            "likelihood": one.likelihood,
            "impact": one.impact,
            "likelihood_after": one.likelihood_after,
            "impact_after": one.impact_after,
            "score": one.score,
            "treatment": one.treatment.value,
            "owner": one.owner,
            "review_on": one.review_on.isoformat(),
            "state": one.state.value,
            "controls": ", ".join(one.controls),
            "incidents": ", ".join(link.key for link in linked.get(one.id, ())),
        }


def _risk_history(session: Session, period: Period, *, private: bool) -> Iterator[Cells]:
    """What happened to the risks in the period. What comes from a private incident says neither who nor what."""
    hidden = set() if private else set(session.scalars(select(Incident.id).where(Incident.private)))
    question = select(RiskEntry).where(RiskEntry.at >= period.begins_at, RiskEntry.at < period.ends_at)
    for row in session.scalars(question.order_by(RiskEntry.risk_id, RiskEntry.id)):
        shown = row.data.get("incident") not in hidden
        yield {
            "risk": f"R-{row.risk_id}",
            "at": export.time(row.at),
            "what": row.kind.value,
            "by": row.by if shown else None,
            "text": row.text if shown else None,
        }


def _access(session: Session, period: Period) -> Iterator[Cells]:
    """Who was refused what, and what administrators did."""
    question = select(Audit).where(Audit.at >= period.begins_at, Audit.at < period.ends_at).order_by(Audit.at, Audit.id)
    for row in session.scalars(question):
        yield {
            "at": export.time(row.at),
            "user": row.user,
            "what": row.what,
            "incident": f"INC-{row.incident_id}" if row.incident_id else None,
            "allowed": row.allowed,
        }


def _add_controls(archive: Archive, found: Mapping[str, Outcome], catalogue: Catalogue) -> None:
    """Which test came to what, and which control is spoken to by which test."""
    archive.add_json(
        "tests.json",
        [
            {
                "test": key,
                "asks": one.test.asks,
                "result": one.result.value,
                "why": one.why or None,
                "records": one.records,
                "exceptions": [{"record": gap.about, "why": gap.why} for gap in one.exceptions],
            }
            for key, one in found.items()
        ],
    )
    rows, sheet = list(_controls(found, catalogue.controls)), Sheet(CONTROL_COLUMNS)
    sheet.extend(rows)
    archive.add_table("controls", sheet)
    archive.add("controls.md", readme.controls_text(rows, catalogue.titles, found))


CONTROL_COLUMNS = ("framework", "control", "wants", "test", "asks", "result", "found_in", "missing_in", "why")


def _controls(found: Mapping[str, Outcome], wanted: Iterable[controls.Control]) -> Iterator[Cells]:
    for control in wanted:
        for key in control.tests:
            one = found[key]
            yield {
                "framework": control.framework,
                "control": control.key,
                "wants": control.wants,
                "test": key,
                "asks": one.test.asks,
                "result": one.result.value,
                "found_in": len(one.records),
                "missing_in": len(one.exceptions),
                "why": one.why or "; ".join(f"{gap.about}: {gap.why}" for gap in one.exceptions[:SHOWN]) or None,
            }


SHOWN = 5


def _cell(value: Any) -> str:
    return "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
