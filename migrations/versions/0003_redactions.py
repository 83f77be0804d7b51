"""Texts can be taken out of a timeline, and incidents put under legal hold.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("incidents", sa.Column("legal_hold", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("incidents") as table:
        table.drop_column("legal_hold")
    with op.batch_alter_table("entries") as table:
        table.drop_column("redacted_at")
