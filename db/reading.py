"""Rows as frozen records, read by statements that are built once.

To build a statement anew, or to have SQLAlchemy watch an object for each row, takes longer than the answer itself.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Integer, Row, bindparam, select
from sqlalchemy.orm import Session

from db.models import Base

R = TypeVar("R")
NUMBER = bindparam("number", type_=Integer())
_NAMES: dict[type[Any], tuple[str, ...]] = {}


class Rows(Generic[R]):
    """A question about one table; the answer is its rows as records of one kind, whose fields bear the columns' names."""

    def __init__(
        self,
        kind: type[R],
        table: type[Base],
        *where: ColumnElement[bool],
        order: Sequence[Any] = (),
        locked: bool = False,
    ) -> None:
        """Those rows for which all of `where` holds, in the order of these columns; `locked` until the transaction ends."""
        self.table, self.where = table, where
        self._kind = kind
        question = select(*columns(kind, table)).where(*where).order_by(*order)
        self._question = question.with_for_update() if locked else question

    def __call__(self, session: Session, **values: Any) -> tuple[R, ...]:
        """The records, with all that this session has changed; `values` are those that the conditions leave open."""
        session.flush()
        return tuple(made(self._kind, row) for row in session.connection().execute(self._question, values))

    def one(self, session: Session, **values: Any) -> R | None:
        """The first record, None without one."""
        return next(iter(self(session, **values)), None)


def of_incident(kind: type[R], table: type[Base], *order: Any) -> Rows[R]:
    """What the incident `number` has of this kind."""
    return Rows(kind, table, table.__table__.c["incident_id"] == NUMBER, order=order)


def pictured(kind: type[R], row: Base | Row[Any]) -> R:
    """A frozen record of a row that was read already; lists become tuples."""
    return made(kind, [getattr(row, name) for name in _names(kind)])


def columns(kind: type[Any], table: type[Base]) -> list[ColumnElement[Any]]:
    """The columns from which records of this kind are made."""
    return [table.__table__.c[name] for name in _names(kind)]


def made(kind: type[R], values: Sequence[Any]) -> R:
    """A record of what its `columns` hold, in their order."""
    named = zip(_names(kind), values, strict=True)
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in named})


def _names(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]
