"""A review that is too long for a few messages is in files, too.

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("files", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.execute("ALTER TABLE reviews DROP COLUMN files")
