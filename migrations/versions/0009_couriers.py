"""Who has a delivery in hand, so that it is free at once when that program is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("worker", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("worker", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("worker")
