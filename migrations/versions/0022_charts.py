"""The pictures of months' figures, so that App Home can show the newest.

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "charts",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("file", sa.String(length=32), nullable=False),
        sa.Column("alt", sa.String(length=1000), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_charts")),
    )


def downgrade() -> None:
    op.drop_table("charts")
