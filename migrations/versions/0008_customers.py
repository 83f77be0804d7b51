"""What customers are told of an incident, and who subscribes to it.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
IS_DUE = sa.text("next_due_at IS NOT NULL")
IS_PUBLISHED = sa.text("state = 'published'")


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("components", sa.JSON(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("next_due_at", MOMENT, nullable=True),
        sa.Column("due_round", sa.Integer(), nullable=False),
        sa.Column("draft", BIG, nullable=True),
        sa.Column("statuspage_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_notices_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_notices")),
        sa.UniqueConstraint("uid", name=op.f("uq_notices_uid")),
    )
    op.create_index("ix_notices_due", "notices", ["next_due_at"], sqlite_where=IS_DUE, postgresql_where=IS_DUE)
    op.create_table(
        "customer_updates",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("components", sa.JSON(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("drafted_by", sa.String(length=32), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("next_due_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_customer_updates_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_updates")),
        sa.UniqueConstraint("uid", name=op.f("uq_customer_updates_uid")),
    )
    op.create_index(op.f("ix_customer_updates_incident_id"), "customer_updates", ["incident_id"], unique=False)
    op.create_index(
        "ix_customer_updates_published",
        "customer_updates",
        ["published_at"],
        sqlite_where=IS_PUBLISHED,
        postgresql_where=IS_PUBLISHED,
    )
    op.create_table(
        "subscribers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("email", name=op.f("uq_subscribers_email")),
    )
    op.create_index(op.f("ix_subscribers_asked_at"), "subscribers", ["asked_at"], unique=False)
    op.create_table(
        "subscriber_tokens",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("subscriber_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f("fk_subscriber_tokens_subscriber_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_subscriber_tokens")),
    )
    op.create_index(op.f("ix_subscriber_tokens_subscriber_id"), "subscriber_tokens", ["subscriber_id"], unique=False)
    op.create_index(op.f("ix_subscriber_tokens_made_at"), "subscriber_tokens", ["made_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_subscriber_tokens_made_at"), table_name="subscriber_tokens")
    op.drop_index(op.f("ix_subscriber_tokens_subscriber_id"), table_name="subscriber_tokens")
    op.drop_table("subscriber_tokens")
    op.drop_index(op.f("ix_subscribers_asked_at"), table_name="subscribers")
    op.drop_table("subscribers")
    op.drop_index("ix_customer_updates_published", table_name="customer_updates")
    op.drop_index(op.f("ix_customer_updates_incident_id"), table_name="customer_updates")
    op.drop_table("customer_updates")
    op.drop_index("ix_notices_due", table_name="notices")
    op.drop_table("notices")
