"""Regulatory clocks: times, answers, filings, decisions, and what runs.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
TABLES = ("anchor_times", "clock_facts", "filings", "decisions", "running_clocks")


def _of_incident(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f(f"fk_{table}_incident_id"))


def upgrade() -> None:
    op.create_table(
        "anchor_times",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("framework", sa.String(length=32), nullable=False),
        sa.Column("anchor", sa.String(length=32), nullable=False),
        sa.Column("at", WHEN, nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", WHEN, nullable=False),
        _of_incident("anchor_times"),
        sa.PrimaryKeyConstraint("incident_id", "framework", "anchor", name=op.f("pk_anchor_times")),
    )
    op.create_table(
        "clock_facts",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        _of_incident("clock_facts"),
        sa.PrimaryKeyConstraint("incident_id", "fact", name=op.f("pk_clock_facts")),
    )
    op.create_table(
        "filings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("sent_at", WHEN, nullable=False),
        sa.Column("sent_by", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("due_at", WHEN, nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", WHEN, nullable=False),
        _of_incident("filings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
    )
    op.create_index(op.f("ix_filings_incident_id"), "filings", ["incident_id"])
    op.create_table(
        "decisions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("withdrawn_at", WHEN, nullable=True),
        sa.Column("withdrawn_by", sa.String(length=32), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        _of_incident("decisions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_incident_id"), "decisions", ["incident_id"])
    op.create_table(
        "running_clocks",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("framework", sa.String(length=32), nullable=False),
        sa.Column("started_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=True),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("computed_at", WHEN, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("remind_at", WHEN, nullable=True),
        _of_incident("running_clocks"),
        sa.PrimaryKeyConstraint("incident_id", "rule", name=op.f("pk_running_clocks")),
    )
    op.create_index(op.f("ix_running_clocks_owner"), "running_clocks", ["owner"])
    op.create_index(op.f("ix_running_clocks_remind_at"), "running_clocks", ["remind_at"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
