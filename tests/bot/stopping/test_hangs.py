"""Whatever hangs, the program ends in time."""

import asyncio
import signal

import pytest

from bot.settings import Settings
from tests.bot.discord.counts.processes import running
from tests.bot.stopping.conftest import GRACE_S
from tests.bot.stopping.plan import Plan
from tests.bot.stopping.stopped import BEGUN, SLACK_S, address_of, begun, program_of, visiting
from tests.discord_server.drop import Drop
from tests.discord_server.faults import HANG
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.reliability.rig import Rig

pytestmark = pytest.mark.slow

GRACE = {"EASEL_GRACE_S": str(GRACE_S)}


async def test_a_database_that_hangs_is_not_waited_for(settings: Settings) -> None:
    folder = settings.data_dir.parent
    async with begun(Plan(hangs="database"), folder, **GRACE) as program:
        address = await address_of(program)
        async with visiting(address) as page:
            await page.post("/v1/jobs", json={"prompt": "endless"})
            await program.says(BEGUN + "endless")
            stopped = await program.stop(signal.SIGTERM)

    assert stopped.code == 1
    assert stopped.seconds <= GRACE_S + SLACK_S
    assert [entry["level"] for entry in program.entries].count("critical") == 1


async def test_a_discord_that_hangs_is_not_waited_for(rig: Rig, server: Discord) -> None:
    async with running(Plan(seconds=1.0).module, server, rig.settings, log=rig.log) as easel:
        program = program_of(easel, rig.log)
        await rig.ask()
        await program.says(BEGUN + "fox")
        for route in Route:
            server.faults.put(route, HANG, 50)
        server.doors.drop(Drop.SILENCE)
        stopped = await program.stop(signal.SIGTERM)
    server.faults.clear()
    await rig.rest()

    assert stopped.code == 0
    assert stopped.seconds <= GRACE_S + SLACK_S
    assert await rig.complaints() == []


async def test_somebody_who_does_not_read_is_not_waited_for(settings: Settings) -> None:
    folder = settings.data_dir.parent
    async with begun(Plan(), folder, **GRACE) as program:
        address = await address_of(program)
        _, port = address.removeprefix("http://").strip("/").split(":")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        writer.write(b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n")
        writer.write(b"Content-Type: application/json\r\n\r\n{")
        await writer.drain()
        stopped = await program.stop(signal.SIGTERM)
        writer.close()

    assert stopped.code == 0
    assert stopped.seconds <= GRACE_S + SLACK_S
    assert reader is not None
