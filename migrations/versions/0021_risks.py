"""The risk register: risks with their histories, the incidents and actions that belong to them, and incidents' answers.

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
IS_OPEN = sa.text("state = 'open'")
COUNTERS = sa.table("counters", sa.column("name"), sa.column("value"))


def upgrade() -> None:
    op.create_table(
        "risks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("likelihood", sa.Integer(), nullable=False),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column("likelihood_after", sa.Integer(), nullable=True),
        sa.Column("impact_after", sa.Integer(), nullable=True),
        sa.Column("treatment", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("controls", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("chase_round", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risks")),
        sa.UniqueConstraint("uid", name=op.f("uq_risks_uid")),
    )
    op.create_index("ix_risks_review", "risks", ["review_on"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
    op.create_index(op.f("ix_risks_owner"), "risks", ["owner"])
    op.create_table(
        "risk_entries",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("redacted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_risk_entries_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_entries")),
    )
    op.create_index(op.f("ix_risk_entries_risk_id"), "risk_entries", ["risk_id"])
    op.create_table(
        "risk_links",
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_risk_links_risk_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_risk_links_incident_id")),
        sa.PrimaryKeyConstraint("risk_id", "incident_id", name=op.f("pk_risk_links")),
    )
    op.create_index(op.f("ix_risk_links_incident_id"), "risk_links", ["incident_id"])
    op.create_table(
        "risk_actions",
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("action_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_risk_actions_risk_id")),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_risk_actions_action_id")),
        sa.PrimaryKeyConstraint("risk_id", "action_id", name=op.f("pk_risk_actions")),
    )
    op.create_index(op.f("ix_risk_actions_action_id"), "risk_actions", ["action_id"])
    op.create_table(
        "risk_answers",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_risk_answers_incident_id")),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_risk_answers_risk_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_risk_answers")),
    )
    op.create_index(op.f("ix_risk_answers_risk_id"), "risk_answers", ["risk_id"])
    op.bulk_insert(COUNTERS, [{"name": "risk", "value": 0}])


def downgrade() -> None:
    for table in ("risk_answers", "risk_actions", "risk_links", "risk_entries", "risks"):
        op.drop_table(table)
    op.execute(COUNTERS.delete().where(sa.column("name") == "risk"))
