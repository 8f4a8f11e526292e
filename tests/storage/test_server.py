"""The Postgres of the tests: there for all who ask, and gone without a trace whatever happens."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url, text

from storage.database import connect
from tests.storage.server import ELSEWHERE, NoPostgres, Postgres, any_postgres, own_postgres

ROOT = Path(__file__).parent.parent.parent
WAIT_TO_BE_KILLED = """
import os, signal
from tests.storage.server import own_postgres

with own_postgres() as server:
    print(server.warden.pid, server.url, flush=True)
    signal.pause()
"""


def folder_of(server: Postgres) -> Path:
    return Path(str(make_url(server.url).query["host"]))


async def count_tables(url: str) -> int:
    async with connect(url) as engine, engine.connect() as connection:
        counting = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return int((await connection.execute(counting)).scalar_one())


def test_nothing_stays_behind() -> None:
    with own_postgres() as server:
        family = [psutil.Process(server.warden.pid)]
        family += family[0].children(recursive=True)
        assert any(process.name() == "postgres" for process in family)

    assert not [process for process in family if process.is_running()]
    assert not folder_of(server).exists()


async def test_nothing_stays_behind_when_the_tests_are_killed() -> None:
    tests = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WAIT_TO_BE_KILLED), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert tests.stdout is not None
    pid, url = (await tests.stdout.readline()).decode().split()
    warden = psutil.Process(int(pid))
    family = [warden, *warden.children(recursive=True)]

    tests.send_signal(signal.SIGKILL)
    await tests.wait()
    gone, alive = await asyncio.to_thread(psutil.wait_procs, family, timeout=60)

    assert (len(gone), alive) == (len(family), [])
    assert not folder_of(Postgres(url=url)).exists()


async def test_databases_of_tests_do_not_see_each_other(postgres: Postgres) -> None:
    with postgres.new_database() as first, postgres.new_database() as second:
        postgres.execute("CREATE TABLE hens (name TEXT)", database=first)

        seen = [await count_tables(postgres.url_of(name)) for name in (first, second)]

    assert seen == [1, 0]


def test_the_server_of_somebody_else_is_used_and_left_clean(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ELSEWHERE, postgres.url)

    with any_postgres() as server, server.new_database() as name:
        assert server.url == postgres.url

    with pytest.raises(Exception, match="does not exist"):
        postgres.execute("SELECT 1", database=name)


def test_a_server_that_is_not_there_is_no_reason_to_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ELSEWHERE, "postgresql://easel@127.0.0.1:1/easel")

    with (
        pytest.raises(NoPostgres, match=f"set {ELSEWHERE} to the address of a server"),
        any_postgres(),
    ):
        pass
