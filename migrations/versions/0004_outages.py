"""Outages of Slack, so that each is told of once.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

GOES_ON = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "outages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
        sa.UniqueConstraint("uid", name=op.f("uq_outages_uid")),
    )
    op.create_index(
        "uq_outages_going_on",
        "outages",
        ["service"],
        unique=True,
        sqlite_where=GOES_ON,
        postgresql_where=GOES_ON,
    )


def downgrade() -> None:
    op.drop_index("uq_outages_going_on", table_name="outages", sqlite_where=GOES_ON, postgresql_where=GOES_ON)
    op.drop_table("outages")
