"""What went over the wire, for the inspector and for tests: the last requests of the app, the last deliveries to it."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

KEPT = 2_000  # records of each sort


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the app, and what it was answered.

    `at` is the workspace's time (epoch seconds), `ms` how long the answer took. `violation` says in words which rule of
    Slack the call broke, and is None when it broke none.
    """

    number: int
    method: str
    arguments: dict[str, Any]
    answer: dict[str, Any]
    status: int
    ms: float
    at: float
    violation: str | None


@dataclass(slots=True, eq=False)
class Delivery:
    """One payload on its way to the app.

    `kind` is the Socket Mode envelope type (`events_api`, `slash_commands`, `interactive`), over HTTP too. `outcome` is
    `queued`, `sent`, `acked`, or how it failed: `operation_timeout` (no ack in three seconds), `dispatch_failed` (nobody
    to send it to, or an answer that is no answer). `acked_ms` is from sending to ack, None while there is none.
    """

    number: int
    kind: str
    payload: dict[str, Any]
    envelope_id: str
    accepts_response: bool
    sent_at: float = 0.0
    acked_ms: float | None = None
    response: Any = None
    outcome: str = "queued"
    attempt: int = 0
    reason: str = ""
    started: float = field(default=0.0, repr=False)  # time.perf_counter() of the sending
    settled: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def acked(self) -> bool:
        """Whether the app has acknowledged it."""
        return self.outcome == "acked"


Record = TypeVar("Record")


class Ring(Generic[Record]):
    """The last records, oldest first; reads like a list. Safe to read from any thread."""

    def __init__(self, kept: int = KEPT) -> None:
        self._records: deque[Record] = deque(maxlen=kept)
        self._count = 0

    def next_number(self) -> int:
        """The number of the record to come."""
        self._count += 1
        return self._count

    def add(self, record: Record) -> None:
        """Take a record in; the oldest goes when there are too many."""
        self._records.append(record)

    def clear(self) -> None:
        """Forget all records."""
        self._records.clear()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records))

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        return list(self._records)[at]

    def __repr__(self) -> str:
        return f"<the last {len(self)} records>"
