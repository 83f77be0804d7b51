"""The archive: one ZIP with everything that is kept of a period, its own README, and a manifest with the hash of each file.

Incidents belong to the period in which they were declared. Private ones are in the population, so that it has no gaps, with
their key, dates, severity and kind; what they say is left out unless it is asked for. It is read in one snapshot and written
incident by incident, so its size does not matter.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import migrations
from bot import export
from bot.errors import Refused, TocsinError
from bot.evidence import house_rows, incident_rows, probes, readme, results
from bot.evidence.columns import COLUMNS
from bot.evidence.order import Order, Period
from bot.evidence.packing import FORMAT, MANIFEST, QUICK, README, Archive, Cells, Sheet, compact
from bot.evidence.probes import Bench, Outcome
from bot.policy import Policy
from bot.views import document
from db import bundles, proof, queries
from db.bundles import Bundle
from db.enums import CustomerUpdateState, ReviewState
from db.models import Counter, Incident, Person, PolicyVersion
from db.records import PersonRecord, Record, users_in
from db.store import Store


@dataclass(frozen=True)
class Made:
    """What came of it: the manifest's hash is what an archive is known by."""

    incidents: int
    files: int
    sha256: str
    breaks: int
    missing: int


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
        self.sheets["population"].add(incident_rows.population(bundle, self.order))
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
        chain = {
            "incident": bundle.number,
            "withheld": withheld,
            "entries": list(incident_rows.chain(bundle, withheld=withheld)),
        }
        self.archive.add(f"timelines/{bundle.key}.json", compact(chain))
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
        written = compact(whole)
        self.archive.add(f"incidents/{bundle.key}.json", written)
        for version in bundle.versions:
            if version.redacted_at is None:
                self.archive.add(f"reviews/{bundle.key}-v{version.number}.md", version.document)
        self.sheets["communications"].extend(incident_rows.communications(bundle, record))
        self.sheets["filings"].extend(incident_rows.filings(bundle, record))
        self.sheets["clocks"].extend(incident_rows.clocks(bundle, record, self.policy, self.order.made_at))
        self.sheets["deliveries"].extend(incident_rows.deliveries(bundle))
        self.sheets["actions"].extend(incident_rows.actions(bundle, record))
        self.sheets["members"].extend(incident_rows.members(bundle))
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
        self.sheets["risks"].extend(house_rows.register(session, private=self.order.private))
        self.sheets["risk_history"].extend(house_rows.risk_history(session, period, private=self.order.private))
        self.sheets["access"].extend(house_rows.access(session, period, private=self.order.private))
        self.sheets["policies"].extend(self._policies(session))
        self.sheets["people"].extend({"user": user, "name": self.known[user].name} for user in sorted(self.named))
        for name, sheet in self.sheets.items():
            archive.add_table(name, sheet)
        results.add_controls(archive, found, self.order.catalogue)
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
