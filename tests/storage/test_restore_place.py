"""Where a backup may be restored, and what of that is the owner's."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from asyncpg.exceptions import LockNotAvailableError
from sqlalchemy import make_url, select, text

from engine.errors import InvalidRequest, StorageFailed
from storage.backup_contents import About, Contents, Stage, look_through
from storage.database import connect
from storage.migrate import downgrade, upgrade
from storage.models import JobRow
from storage.restore_alone import alone, keep_out
from storage.restore_files import ASIDE, Arrivals
from tests.storage.homes import KINDS, Home, NewHome, backup, home, names_in, new_home, silent
from tests.storage.household import Rows, rows_of
from tests.storage.server import Postgres, at_once, execute
from tests.storage.tables import REVISIONS, say
from tests.storage.test_backup import with_nobody_at_work
from tests.storage.test_backup_crash import put_in_place
from tests.storage.test_backup_refused import whole

__all__ = ["backup", "home", "new_home", "whole"]
"""Fixtures are found by their names."""


async def test_a_database_with_rows_is_only_replaced_when_told(
    home: Home, backup: Path, new_home: NewHome
) -> None:
    before = with_nobody_at_work(await rows_of(home.url))
    await say(home.url, "DELETE FROM styles")
    elsewhere = Home(url=home.url, folder=new_home("sqlite").folder)

    with pytest.raises(InvalidRequest, match="The database is not empty: it has "):
        await elsewhere.restore(backup)
    assert (await rows_of(home.url))["styles"] == []

    await elsewhere.restore(backup, replace=True)
    assert await rows_of(home.url) == before


async def test_a_data_folder_with_files_is_only_added_to_when_told(
    whole: Path, new_home: NewHome
) -> None:
    for name in ("wildcards/own.txt", f"pictures/ab/cd/abcd{'0' * 60}"):
        home = new_home("sqlite")
        own = home.folder / name
        own.parent.mkdir(parents=True)
        own.write_text("mine")

        with pytest.raises(InvalidRequest, match="is not empty"):
            await home.restore(whole)
        await home.restore(whole, replace=True)

        assert own.read_text() == "mine"
        assert "wildcards/colours.txt" in names_in(home.folder)


@pytest.mark.parametrize("replace", [False, True])
async def test_a_database_that_somebody_has_open_is_refused(
    home: Home, backup: Path, new_home: NewHome, replace: bool
) -> None:
    before = await rows_of(home.url)
    elsewhere = Home(url=home.url, folder=new_home("sqlite").folder)
    await say(home.url, "SELECT 1")

    async with connect(home.url) as engine:
        async with engine.connect() as connection:
            await connection.execute(select(JobRow.id))
        with pytest.raises(InvalidRequest, match="Another program has that database open"):
            await elsewhere.restore(backup, replace=True)

    assert await rows_of(home.url) == before
    assert ASIDE not in names_in(elsewhere.folder)


@pytest.mark.parametrize(
    "revision",
    [*(pytest.param(each, marks=pytest.mark.slow) for each in REVISIONS[:-2]), REVISIONS[-2]],
)
async def test_one_of_an_older_revision_is_brought_up(
    revision: str, home: Home, tmp_path: Path, new_home: NewHome
) -> None:
    if revision < "0002":
        await say(home.url, "DELETE FROM audit")
    await downgrade(home.url, revision)
    await home.back_up(tmp_path / "older.tar")
    restored = [new_home(kind) for kind in KINDS]
    # This one has its tables already, of another revision than the backup.
    await upgrade(restored[0].url)

    for other in restored:
        await other.restore(tmp_path / "older.tar")
    await upgrade(home.url)

    before = without_made_up_numbers(await rows_of(home.url), revision)
    for other in restored:
        assert without_made_up_numbers(await rows_of(other.url), revision) == before


def without_made_up_numbers(rows: Rows, revision: str) -> Rows:
    """The step behind the first revision numbers entries in no order."""
    if revision != "0001":
        return with_nobody_at_work(rows)
    entries = [entry | {"id": 0} for entry in rows["entries"]]
    entries.sort(key=lambda entry: (entry["job_id"], entry["kind"]))
    return with_nobody_at_work({**rows, "entries": entries})


async def test_who_comes_while_postgres_is_filled_waits(new_home: NewHome, backup: Path) -> None:
    came: list[str] = []

    def come(stage: Stage, done: int, total: int) -> None:
        if stage is not Stage.ROWS or came:
            return
        came.append("waited")
        with pytest.raises(LockNotAvailableError):
            at_once(
                execute(
                    other.url,
                    (
                        "SET lock_timeout = 100",
                        "INSERT INTO blocks (owner_id, why) VALUES ('new', '')",
                    ),
                )
            )

    other = new_home("postgres")
    await upgrade(other.url)

    await Home(url=other.url, folder=other.folder, tell=come).restore(backup)

    assert came
    assert "new" not in [block["owner_id"] for block in (await rows_of(other.url))["blocks"]]


async def test_who_came_to_postgres_since_it_was_looked_is_seen(new_home: NewHome) -> None:
    other = new_home("postgres")
    await upgrade(other.url)

    async with alone(other.url) as connection, connect(other.url):
        with pytest.raises(InvalidRequest, match="Another program has that database open"):
            await keep_out(connection)


async def test_one_who_leaves_postgres_is_waited_for(new_home: NewHome) -> None:
    other = new_home("postgres")
    await upgrade(other.url)

    async def leave() -> None:
        async with connect(other.url):
            here.set()
            await asyncio.sleep(0.3)

    here = asyncio.Event()
    leaving = asyncio.create_task(leave())
    await here.wait()
    async with alone(other.url) as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await leaving


async def test_others_in_postgres_may_have_another_role(
    new_home: NewHome, whole: Path, postgres: Postgres
) -> None:
    other, role = new_home("postgres"), f"easel_{uuid4().hex}"
    address = make_url(other.url)
    own = address.set(username=role, password="secret").render_as_string(hide_password=False)
    postgres.execute(
        f"CREATE ROLE {role} LOGIN PASSWORD 'secret'",
        f"ALTER DATABASE {address.database} OWNER TO {role}",
    )

    try:
        async with connect(other.url):
            with pytest.raises(InvalidRequest, match="Another program has that database open"):
                await Home(url=own, folder=other.folder).restore(whole)
        await Home(url=own, folder=other.folder).restore(whole)
    finally:
        postgres.execute(f"DROP OWNED BY {role}", database=address.database)
        postgres.execute(
            f"ALTER DATABASE {address.database} OWNER TO CURRENT_USER", f"DROP ROLE {role}"
        )


async def test_words_of_the_owner_that_differ_stay_beside(whole: Path, new_home: NewHome) -> None:
    home = new_home("sqlite")
    words = home.folder / "wildcards"
    words.mkdir()
    (words / "colours.txt").write_text("mine")
    (words / "colours.txt.before").write_text("mine before")

    await home.restore(whole, replace=True)
    await home.restore(whole, replace=True)

    assert {file.name: file.read_text() for file in words.iterdir()} == {
        "colours.txt": "red\n" * 100,
        "colours.txt.before": "mine before",
        "colours.txt.before2": "mine",
    }


async def test_what_a_restore_left_aside_opens_no_folder(whole: Path, new_home: NewHome) -> None:
    home = new_home("sqlite")
    (home.folder / "pictures" / ASIDE).mkdir(parents=True)
    (home.folder / "wildcards").mkdir()
    (home.folder / "wildcards" / "own.txt").write_text("mine")

    with pytest.raises(InvalidRequest, match="is not empty"):
        await home.restore(whole)


def test_room_for_rows_is_needed_only_where_a_file_holds_them(tmp_path: Path) -> None:
    about = About(easel="1", database="sqlite", revision=REVISIONS[-1], made="")
    most = shutil.disk_usage(tmp_path).total
    many = Contents(about=about, rows={}, files=0, size=0, rows_size=most, numbers={}, gone=0)
    arrivals = Arrivals(tmp_path / "data")

    arrivals.begin(many, None)
    with pytest.raises(StorageFailed, match=r"needs [\d,]+ MiB .* has [\d,]+ MiB free\. Make"):
        arrivals.begin(many, tmp_path / "easel.db")
    arrivals.begin(replace(many, rows_size=4096), tmp_path / "easel.db")


def test_what_took_its_place_is_remembered_until_a_restore_ends(
    backup: Path, tmp_path: Path
) -> None:
    put_in_place(backup, tmp_path / "data")

    for _ in range(2):
        again = Arrivals(tmp_path / "data")
        again.require_empty()
        again.begin(look_through(backup, silent), None)
        again.give_up()
    (tmp_path / "data" / "wildcards" / "own.txt").write_text("mine")

    with pytest.raises(InvalidRequest, match="is not empty"):
        Arrivals(tmp_path / "data").require_empty()
