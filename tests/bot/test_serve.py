"""The serve command: ready in one line, stopped by a signal, clear about a taken port."""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
import pytest

from bot.__main__ import exit_code
from bot.painters import Painters
from bot.serve import serve
from bot.settings import Settings
from bot.web.warming import AWAY
from engine.crew import Crew
from engine.errors import Misconfigured, Unavailable
from engine.meter import Meter, Stepped
from storage.trouble import SILENT
from tests.fakes import FakePainter

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_it_says_where_the_page_is_and_stops_when_told(
    painters: Painters, stop: signal.Signals
) -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(
        serve(Settings(port=0), painters, announce=lambda line: lines.put_nowait(line))
    )
    address = (await lines.get()).split()[-1]

    async with aiohttp.ClientSession() as browser, browser.get(f"{address}health") as answer:
        assert (await answer.json())["status"] == "ok"
    os.kill(os.getpid(), stop)
    await serving

    assert address.startswith("http://127.0.0.1:")
    assert lines.empty()
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", int(address.strip("/").rpartition(":")[2]))


async def test_a_page_that_is_not_open_asks_its_own_machine_for_a_key(painters: Painters) -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    settings = Settings(port=0, open_page=False)
    serving = asyncio.create_task(serve(settings, painters, announce=lines.put_nowait))
    address = (await lines.get()).split()[-1]

    async with aiohttp.ClientSession() as browser, browser.get(address) as answer:
        status = answer.status
    os.kill(os.getpid(), signal.SIGTERM)
    await serving

    assert status == 401


@dataclass
class MeteredPainter(FakePainter):
    meter: Meter = field(default_factory=Meter)


async def test_what_the_painter_tells_of_itself_is_measured(painters: Painters) -> None:
    painter = MeteredPainter()
    painter.gate.set()

    @asynccontextmanager
    async def warm(_: Settings) -> AsyncIterator[Crew]:
        yield Crew(painter)

    lines: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(
        serve(Settings(port=0), replace(painters, open=warm), announce=lines.put_nowait)
    )
    address = (await lines.get()).split()[-1]
    painter.meter.tell(Stepped(model="book", seconds=0.1, tiles=3, rows=6))

    async with aiohttp.ClientSession() as watcher, watcher.get(f"{address}metrics") as answer:
        told = await answer.text()
    os.kill(os.getpid(), signal.SIGTERM)
    await serving

    assert "easel_batch_tiles_sum 3.0" in told
    assert 'easel_device_memory_bytes{device="easel",state="total"}' in told


async def test_a_taken_port_is_a_sentence_and_may_be_free_later(
    painters: Painters, taken: int
) -> None:
    with pytest.raises(Unavailable, match=rf"Port {taken} is in use.*EASEL_PORT") as refused:
        await serve(Settings(port=taken), painters, announce=pytest.fail)

    assert exit_code(refused.value) == 1


async def test_a_terminal_that_is_gone_breaks_nothing(
    painters: Painters, caplog: pytest.LogCaptureFixture
) -> None:
    said = asyncio.Event()

    def gone(_: str) -> None:
        said.set()
        raise OSError(errno.EIO, "Input/output error")

    serving = asyncio.create_task(serve(Settings(port=0), painters, announce=gone))
    await said.wait()
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGHUP)

    await serving


async def test_a_database_that_is_away_is_waited_for_until_somebody_stops_it(
    painters: Painters, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        away = closed.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    settings = Settings(port=port, database_url=f"postgresql://me@127.0.0.1:{away}/easel")
    serving = asyncio.create_task(serve(settings, painters, announce=pytest.fail))
    async with asyncio.timeout(60), aiohttp.ClientSession(f"http://127.0.0.1:{port}") as watcher:
        while "database" not in (told := await _readiness(watcher)):  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving

    assert told == AWAY.format(SILENT)
    assert [each for each in caplog.messages if SILENT in each] == [
        f"Easel waits for the database. {SILENT}"
    ]


async def _readiness(watcher: aiohttp.ClientSession) -> str:
    try:
        async with watcher.get("/readyz") as answer:
            assert answer.status == 503
            return await answer.text()
    except aiohttp.ClientConnectionError:
        return ""


async def test_an_address_of_another_machine_is_a_sentence(painters: Painters) -> None:
    with pytest.raises(Misconfigured, match=r"no address “192\.0\.2\.1”.*EASEL_HOST"):
        await serve(Settings(host="192.0.2.1", port=0), painters, announce=pytest.fail)
