"""An incident knows when its last entry was written, and what could not be delivered is found at once.

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE incidents SET noted_at = (SELECT entries.recorded_at FROM entries "
        "WHERE entries.incident_id = incidents.id AND entries.seq = incidents.entries)"
    )
    op.create_index(
        "ix_effects_dead",
        "effects",
        ["incident_id"],
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )


def downgrade() -> None:
    op.drop_index("ix_effects_dead", "effects")
    op.drop_column("incidents", "noted_at")  # Not in a batch: that makes the table anew, without its triggers.
