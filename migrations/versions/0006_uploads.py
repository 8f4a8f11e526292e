"""Who gave which file to begin from; and indexes for what is asked often of large tables."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "digest", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_digest"), "uploads", ["digest"])
    op.create_index(op.f("ix_jobs_owner_id_status"), "jobs", ["owner_id", "status"])
    op.create_index(op.f("ix_people_seen"), "people", ["seen"])
    op.create_index(
        op.f("ix_pictures_number"),
        "pictures",
        ["number"],
        sqlite_where=sa.text("favourite = 0"),
        postgresql_where=sa.text("NOT favourite"),
    )
    op.drop_index(op.f("ix_pictures_recipe_digest_number"), "pictures")
    op.create_index(
        op.f("ix_pictures_owner_id_recipe_digest_number"),
        "pictures",
        ["owner_id", "recipe_digest", "number"],
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_pictures_owner_id_recipe_digest_number"), "pictures")
    op.create_index(
        op.f("ix_pictures_recipe_digest_number"), "pictures", ["recipe_digest", "number"]
    )
    op.drop_index(op.f("ix_pictures_number"), "pictures")
    op.drop_index(op.f("ix_people_seen"), "people")
    op.drop_index(op.f("ix_jobs_owner_id_status"), "jobs")
    op.drop_table("uploads")
