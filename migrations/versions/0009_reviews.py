"""Reviews with numbers, typed factors, signatures and versions.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAS_DUE = sa.text("state = 'draft'")
DUE = sa.text("state IN ('draft', 'in_review')")
TEXTS = ("data_lost", "money", "trigger", "detection", "prevention")


def upgrade() -> None:
    _due_index(WAS_DUE, DUE)
    op.add_column("reviews", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reviews", sa.Column("began_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reviews", sa.Column("customers_percent", sa.Float(), nullable=True))
    op.add_column("reviews", sa.Column("customers_count", sa.BigInteger(), nullable=True))
    for name in TEXTS:
        op.add_column("reviews", sa.Column(name, sa.Text(), server_default="", nullable=False))
    factors = op.create_table(
        "factors",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("root_cause", sa.Boolean(), nullable=False),
        sa.Column("whys", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_factors_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factors")),
    )
    op.create_index(op.f("ix_factors_incident_id"), "factors", ["incident_id"])
    op.create_table(
        "signatures",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_signatures_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "version", "role", name=op.f("pk_signatures")),
    )
    op.create_table(
        "review_versions",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_review_versions_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "number", name=op.f("pk_review_versions")),
    )
    # What stood in one field, one factor a line, becomes rows.
    rows = [
        {"incident_id": number, "place": place, "kind": "technical", "text": line, "root_cause": False, "whys": []}
        for number, written in op.get_bind().execute(sa.text("SELECT incident_id, factors FROM reviews")).all()
        for place, line in enumerate(filter(None, map(str.strip, written.split("\n"))), start=1)
    ]
    if rows:
        op.bulk_insert(factors, rows)
    op.execute("ALTER TABLE reviews DROP COLUMN factors")


def downgrade() -> None:
    op.add_column("reviews", sa.Column("factors", sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    lines: dict[int, list[str]] = {}
    for number, line in connection.execute(sa.text("SELECT incident_id, text FROM factors ORDER BY place, id")).all():
        lines.setdefault(number, []).append(line)
    for number, written in lines.items():
        connection.execute(
            sa.text("UPDATE reviews SET factors = :written WHERE incident_id = :number"),
            {"written": "\n".join(written), "number": number},
        )
    for table in ("review_versions", "signatures", "factors"):
        op.drop_table(table)
    connection.execute(sa.text("UPDATE reviews SET state = 'draft' WHERE state = 'in_review'"))
    _due_index(DUE, WAS_DUE)
    for name in ("version", "began_at", "customers_percent", "customers_count", *TEXTS):
        op.execute(f'ALTER TABLE reviews DROP COLUMN "{name}"')


def _due_index(was: sa.TextClause, wanted: sa.TextClause) -> None:
    op.drop_index("ix_reviews_due", table_name="reviews", sqlite_where=was, postgresql_where=was)
    op.create_index("ix_reviews_due", "reviews", ["due_at"], sqlite_where=wanted, postgresql_where=wanted)
