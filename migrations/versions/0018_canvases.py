"""A review is written into the room's canvas, and what Slack said where it could not be.

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("canvas", sa.String(length=32), nullable=True))
    op.add_column("reviews", sa.Column("canvas_refused", sa.String(length=64), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("canvas", "canvas_refused"):
        op.execute(f"ALTER TABLE reviews DROP COLUMN {name}")
