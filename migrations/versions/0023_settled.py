"""A delivery that has settled bears a seal.

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("seal", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("effects", "seal")
