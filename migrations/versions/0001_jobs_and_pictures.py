"""The first tables: jobs and the pictures that were painted for them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("tiles", sa.JSON(), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("spent", sa.Double(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("submitted", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("owner_id", "key", name=op.f("uq_jobs_owner_id_key")),
    )
    op.create_index(op.f("ix_jobs_owner_id_submitted"), "jobs", ["owner_id", "submitted"])
    op.create_index(op.f("ix_jobs_status_submitted"), "jobs", ["status", "submitted"])
    op.create_table(
        "pictures",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("tile", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("recipe_digest", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("painted", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_pictures_job_id_jobs")),
        sa.PrimaryKeyConstraint("job_id", "tile", name=op.f("pk_pictures")),
    )
    op.create_index(
        op.f("ix_pictures_owner_id_painted_job_id_tile"),
        "pictures",
        ["owner_id", "painted", "job_id", "tile"],
    )
    op.create_index(
        op.f("ix_pictures_recipe_digest_painted"), "pictures", ["recipe_digest", "painted"]
    )


def downgrade() -> None:
    op.drop_table("pictures")
    op.drop_table("jobs")
