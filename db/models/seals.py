"""What every row of evidence became, line by line, so that a change by anybody else is noticed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Seal(Base):
    """What one transaction made of the rows of one ledger. Appended to, never changed; `db.seals` says how.

    `ledger` is an incident's number, or 0 for what belongs to none. `rows` maps a row's name to its digests before and
    after.
    """

    __tablename__ = "seals"

    ledger: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    rows: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))
