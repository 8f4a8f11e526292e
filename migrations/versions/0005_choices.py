"""The roles that people had last; and what people and servers chose: defaults, settings, styles."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("roles", sa.JSON(), nullable=False, server_default="[]"))
        people.add_column(sa.Column("preferences", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("people") as people:
        people.alter_column("roles", server_default=None)
        people.alter_column("preferences", server_default=None)
    op.create_table(
        "servers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
    )
    op.create_table(
        "styles",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("plain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("negative", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "owner_id", "plain", name=op.f("pk_styles")),
    )


def downgrade() -> None:
    op.drop_table("styles")
    op.drop_table("servers")
    with op.batch_alter_table("people") as people:
        people.drop_column("preferences")
        people.drop_column("roles")
