"""People and their purses, tiers, grants, entries, deliveries, blocks, the audit, and leases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
# What jobs of before have moved, in cents: the ledger then holds for every job there is.
RESERVED = """
INSERT INTO entries (job_id, owner_id, kind, credits, day, grants, at)
SELECT id, owner_id, 'reserve', CAST(round(price * 100) AS BIGINT), '0001-01-01', '[]', submitted
FROM jobs
"""
RESOLVED = """
INSERT INTO entries (job_id, owner_id, kind, credits, day, grants, at)
SELECT id, owner_id, '{kind}', {credits}, '0001-01-01', '[]', submitted
FROM jobs WHERE status NOT IN ('queued', 'painting')
"""
SPENT = "CAST(round(CASE WHEN spent < price THEN spent ELSE price END * 100) AS BIGINT)"
SETTLED = f"CASE WHEN status = 'done' THEN {SPENT} ELSE 0 END"
REFUNDED = f"CAST(round(price * 100) AS BIGINT) - ({SETTLED})"


def upgrade() -> None:
    _add_tables()
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("reply", sa.String(), nullable=False, server_default=""))
        jobs.add_column(sa.Column("worker", sa.String(), nullable=False, server_default=""))
        jobs.add_column(sa.Column("lease", TIME, nullable=True))
        jobs.create_index(op.f("ix_jobs_status_lease"), ["status", "lease"])
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("reply", server_default=None)
        jobs.alter_column("worker", server_default=None)
    # Whoever was painting them is gone: the tables change only while nobody else is there.
    op.execute("UPDATE jobs SET status = 'queued' WHERE status = 'painting'")
    op.execute(RESERVED)
    op.execute(RESOLVED.format(kind="settle", credits=SETTLED))
    op.execute(RESOLVED.format(kind="refund", credits=REFUNDED))


def downgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_index(op.f("ix_jobs_status_lease"))
        jobs.drop_column("lease")
        jobs.drop_column("worker")
        jobs.drop_column("reply")
    for table in ("audit", "blocks", "deliveries", "entries", "grants", "tiers", "people"):
        op.drop_table(table)


def _add_tables() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("seen", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "tiers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tiers")),
    )
    op.create_table(
        "grants",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("expires", TIME, nullable=True),
        sa.Column("granted", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_owner_id_expires"), "grants", ["owner_id", "expires"])
    op.create_table(
        "entries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_entries_job_id_jobs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("job_id", "kind", name=op.f("uq_entries_job_id_kind")),
    )
    op.create_index(op.f("ix_entries_owner_id_at"), "entries", ["owner_id", "at"])
    op.create_table(
        "deliveries",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", TIME, nullable=False),
        sa.Column("done", TIME, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_deliveries_job_id_jobs")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_done_due"), "deliveries", ["done", "due"])
    op.create_table(
        "blocks",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_blocks")),
    )
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("whom", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_whom_at"), "audit", ["whom", "at"])
