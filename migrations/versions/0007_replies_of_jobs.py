"""Where the end of a job is told stands with the job alone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("reply")


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("reply", sa.String(), nullable=False, server_default=""))
    jobs = sa.table("jobs", sa.column("id"), sa.column("reply"))
    told = sa.table("deliveries", sa.column("job_id"), sa.column("reply"))
    reply = sa.select(jobs.c.reply).where(jobs.c.id == told.c.job_id).scalar_subquery()
    op.execute(told.update().values(reply=reply))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("reply", server_default=None)
