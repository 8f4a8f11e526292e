"""What a job is painted with can be told without reading its tiles."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("model", sa.String(), nullable=False, server_default=""))
    # Only those that wait are looked at.
    sqlite = op.get_bind().dialect.name == "sqlite"
    first = "json_extract(tiles, '$[0].recipe.model')"
    if not sqlite:
        first = "tiles->0->'recipe'->>'model'"
    waiting = "WHERE status IN ('queued', 'painting')"
    op.execute(f"UPDATE jobs SET model = COALESCE({first}, '') {waiting}")


def downgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("model")
