"""The queue's virtual time: of each job when it came, of each owner and of each tier."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("tile_count", sa.Integer(), nullable=False, server_default="1"))
        jobs.add_column(sa.Column("tier", sa.BigInteger(), nullable=False, server_default="0"))
        jobs.add_column(sa.Column("clock", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE jobs SET tile_count = json_array_length(tiles)")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("tile_count", server_default=None)
        jobs.alter_column("tier", server_default=None)
        jobs.alter_column("clock", server_default=None)
    op.create_table(
        "lanes",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("tier", sa.BigInteger(), nullable=False),
        sa.Column("finish", sa.BigInteger(), nullable=False),
        sa.Column("served", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_lanes")),
    )
    op.create_table(
        "clocks",
        sa.Column("tier", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tier", name=op.f("pk_clocks")),
    )


def downgrade() -> None:
    op.drop_table("clocks")
    op.drop_table("lanes")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("clock")
        jobs.drop_column("tier")
        jobs.drop_column("tile_count")
