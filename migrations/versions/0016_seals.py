"""What every row of evidence became is kept beside it, line by line.

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNSEALED = sa.text("seals = 0")


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("ledger", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "seq", name=op.f("pk_seals")),
    )
    op.add_column("incidents", sa.Column("seals", sa.Integer(), server_default="0", nullable=False))
    op.add_column("incidents", sa.Column("seal", sa.String(length=64), server_default="", nullable=False))
    op.create_index("ix_incidents_unsealed", "incidents", ["id"], sqlite_where=UNSEALED, postgresql_where=UNSEALED)
    op.execute("INSERT INTO counters (name, value) VALUES ('seals', 0)")


def downgrade() -> None:
    op.execute("DELETE FROM counters WHERE name = 'seals'")
    op.drop_index("ix_incidents_unsealed", "incidents", sqlite_where=UNSEALED, postgresql_where=UNSEALED)
    op.drop_column("incidents", "seal")  # Not in a batch: that makes the table anew, without its triggers.
    op.drop_column("incidents", "seals")
    op.drop_table("seals")
