"""Follow-up actions have a kind, a priority, a reason when they were rejected, and a proof when they were done.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, default in (("kind", "prevent"), ("priority", "medium")):
        op.add_column("actions", sa.Column(name, sa.String(length=16), server_default=default, nullable=False))
    for name in ("rejected_because", "proof"):
        op.add_column("actions", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("kind", "priority", "rejected_because", "proof"):
        op.execute(f"ALTER TABLE actions DROP COLUMN {name}")
