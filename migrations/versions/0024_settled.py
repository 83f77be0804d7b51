"""A delivery that has settled bears a seal.

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("seal", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("effects", "seal")
