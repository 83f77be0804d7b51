"""What was shown of the figures of a month."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Chart(Base):
    """The picture of a month's figures, as a file that everybody in the workspace may see; `alt` is the same in words."""

    __tablename__ = "charts"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    file: Mapped[str] = mapped_column(String(32))
    alt: Mapped[str] = mapped_column(String(1000))
    shared_at: Mapped[datetime]
