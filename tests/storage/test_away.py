"""A server that is away is waited for; what waiting does not mend is left to whoever opens it."""

import asyncio
import logging

import pytest

from storage.away import until_there
from storage.trouble import SILENT
from tests.storage.server import OwnPostgres, Postgres

PAUSE_S = 0.05


@pytest.mark.slow
async def test_a_server_that_comes_later_is_waited_for(
    own_server: OwnPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "storage.away")
    told: asyncio.Queue[str] = asyncio.Queue()
    await asyncio.to_thread(own_server.stop)
    waiting = asyncio.create_task(until_there(own_server.url, told.put_nowait, pause=PAUSE_S))
    try:
        first = await told.get()
        await asyncio.sleep(5 * PAUSE_S)
        assert not waiting.done()
    finally:
        await asyncio.to_thread(own_server.start)

    await waiting

    assert first == SILENT
    assert caplog.messages[-1] == "the database answers now"
    assert sum(SILENT in each for each in caplog.messages) == 1


async def test_a_server_that_is_there_needs_no_word(postgres: Postgres) -> None:
    await until_there(postgres.url, pytest.fail)


async def test_a_database_that_it_does_not_have_is_no_reason_to_wait(postgres: Postgres) -> None:
    await until_there(postgres.url_of("nowhere"), pytest.fail)


async def test_a_file_is_not_waited_for() -> None:
    await until_there("sqlite:////nowhere/easel.db", pytest.fail)
