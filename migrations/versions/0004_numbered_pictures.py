"""Pictures have numbers, favourites and an index; and which jobs begin with which pictures."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
TERMS = sa.String().with_variant(postgresql.TSVECTOR(), "postgresql")
AS_BEFORE = "job_id, tile, owner_id, recipe, recipe_digest, file, seconds, notes, painted"

# What the index says of a row must be what the row says: the database itself sees to that.
# It knows by heart what eleven letters begin: a key of eight, and the three of the shortest
# beginning that is looked for.
FOUND = """
CREATE VIRTUAL TABLE found USING fts5(
    terms, content='pictures', content_rowid='number',
    tokenize='ascii', columnsize=0, prefix='11'
)
"""
FORGET = "INSERT INTO found(found, rowid, terms) VALUES ('delete', old.number, old.terms);"
LEARN = "INSERT INTO found(rowid, terms) VALUES (new.number, new.terms);"
TRIGGERS = {
    "found_insert": f"AFTER INSERT ON pictures BEGIN {LEARN} END",
    "found_delete": f"AFTER DELETE ON pictures BEGIN {FORGET} END",
    "found_update": f"AFTER UPDATE OF terms ON pictures BEGIN {FORGET} {LEARN} END",
}
WORDS_FOUND = "CREATE VIRTUAL TABLE found_words USING fts5vocab('found', 'instance')"


A_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
BEGUN_FROM = """
SELECT id, CAST(request AS VARCHAR) FROM jobs WHERE CAST(request AS VARCHAR) LIKE '%"image": "%'
"""


def upgrade() -> None:
    _add_sources()
    _put_aside()
    op.create_table(
        "pictures",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("tile", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("recipe_digest", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("painted", TIME, nullable=False),
        sa.Column("favourite", sa.Boolean(), nullable=False),
        sa.Column("terms", TERMS, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_pictures_job_id_jobs")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pictures")),
        sa.UniqueConstraint("job_id", "tile", name=op.f("uq_pictures_job_id_tile")),
        # A number that was given once is never given again.
        sqlite_autoincrement=True,
    )
    nothing = "CAST('' AS tsvector)" if _is_postgres() else "''"
    op.execute(
        f"INSERT INTO pictures ({AS_BEFORE}, favourite, terms) "
        f"SELECT {AS_BEFORE}, false, {nothing} FROM pictures_before "
        "ORDER BY painted, job_id, tile"
    )
    op.drop_table("pictures_before")
    op.create_index(
        op.f("ix_pictures_owner_id_number_favourite"),
        "pictures",
        ["owner_id", "number", "favourite"],
    )
    op.create_index(
        op.f("ix_pictures_recipe_digest_number"), "pictures", ["recipe_digest", "number"]
    )
    op.create_index(op.f("ix_pictures_file_bytes"), "pictures", ["file", "bytes"])
    op.create_index(op.f("ix_pictures_painted"), "pictures", ["painted"])
    op.create_index(op.f("ix_pictures_bytes"), "pictures", ["bytes"])
    if _is_postgres():
        op.create_index(
            op.f("ix_pictures_terms"),
            "pictures",
            ["terms"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
        return
    op.execute(FOUND)
    op.execute(WORDS_FOUND)
    for name, does in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {does}")
    # Nothing is in it yet: whoever looks through the pictures of before puts them there.
    op.execute("INSERT INTO found(found) VALUES ('rebuild')")


def downgrade() -> None:
    if not _is_postgres():
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE found_words")
        op.execute("DROP TABLE found")
    _put_aside()
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
        sa.Column("painted", TIME, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_pictures_job_id_jobs")),
        sa.PrimaryKeyConstraint("job_id", "tile", name=op.f("pk_pictures")),
    )
    op.drop_table("sources")
    op.execute(
        f"INSERT INTO pictures ({AS_BEFORE}) SELECT {AS_BEFORE} FROM pictures_before "
        "ORDER BY number"
    )
    op.drop_table("pictures_before")
    op.create_index(
        op.f("ix_pictures_owner_id_painted_job_id_tile"),
        "pictures",
        ["owner_id", "painted", "job_id", "tile"],
    )
    op.create_index(
        op.f("ix_pictures_recipe_digest_painted"), "pictures", ["recipe_digest", "painted"]
    )


def _add_sources() -> None:
    sources = op.create_table(
        "sources",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_sources_job_id_jobs")),
        sa.PrimaryKeyConstraint("job_id", "digest", name=op.f("pk_sources")),
    )
    op.create_index(op.f("ix_sources_digest"), "sources", ["digest"])
    used = [
        {"job_id": job, "digest": digest}
        for job, request in op.get_bind().execute(sa.text(BEGUN_FROM))
        for digest in sorted(set(A_DIGEST.findall(request)))
    ]
    op.bulk_insert(sources, used)


def _put_aside() -> None:
    """A copy without keys and indexes, whose names the new table takes over."""
    op.execute("CREATE TABLE pictures_before AS SELECT * FROM pictures")
    op.drop_table("pictures")


def _is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
