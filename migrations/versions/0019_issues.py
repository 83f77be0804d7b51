"""Follow-up actions may be issues in a tracker, too.

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actions", sa.Column("tracker", sa.String(length=16), nullable=True))
    op.add_column("actions", sa.Column("url", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "issues",
        sa.Column("action_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("remote", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_issues_action_id")),
        sa.PrimaryKeyConstraint("action_id", name=op.f("pk_issues")),
        sa.UniqueConstraint("uid", name=op.f("uq_issues_uid")),
    )
    op.create_index("ix_issues_remote", "issues", ["remote", "place"])
    op.create_table(
        "polled",
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("upto", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tag", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_polled")),
    )


def downgrade() -> None:
    op.drop_table("polled")
    op.drop_index("ix_issues_remote", "issues")
    op.drop_table("issues")
    for name in ("tracker", "url"):
        op.execute(f"ALTER TABLE actions DROP COLUMN {name}")
