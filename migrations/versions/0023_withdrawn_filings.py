"""A filing that was recorded by mistake is withdrawn, and kept.

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("filings", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("filings", sa.Column("withdrawn_by", sa.String(length=32), nullable=True))
    op.add_column("filings", sa.Column("withdrawn_because", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("withdrawn_at", "withdrawn_by", "withdrawn_because"):
        op.execute(f"ALTER TABLE filings DROP COLUMN {name}")
