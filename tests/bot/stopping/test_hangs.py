"""Whatever hangs, the program ends in time."""

import asyncio
import signal
import socket

import pytest
from yarl import URL

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
ANSWERS = 500
"""More of these than what lies between a program and who does not read can hold."""
TURNS = 100


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


async def test_somebody_who_does_not_send_the_rest_is_not_waited_for(settings: Settings) -> None:
    folder = settings.data_dir.parent
    async with begun(Plan(), folder, **GRACE) as program:
        address = await address_of(program)
        host = address.removeprefix("http://").strip("/")
        async with visiting(address) as page:
            cookies = page.cookie_jar.filter_cookies(URL(address))
            cookie = "; ".join(f"{each.key}={each.value}" for each in cookies.values())
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(
            f"POST /v1/jobs HTTP/1.1\r\nHost: {host}\r\nOrigin: {address.strip('/')}\r\n"
            f"Cookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n"
            "Expect: 100-continue\r\n\r\n{".encode()
        )
        # From here on it is waited for.
        heard = await reader.readuntil(b"\r\n\r\n")
        stopped = await program.stop(signal.SIGTERM)
        answer = await reader.read()
        writer.close()

    assert heard.startswith(b"HTTP/1.1 100 ")
    assert answer == b""
    assert stopped.code == 0
    assert stopped.seconds <= GRACE_S + SLACK_S


async def test_somebody_who_does_not_read_is_not_waited_for(settings: Settings) -> None:
    folder = settings.data_dir.parent
    async with begun(Plan(), folder, **GRACE) as program:
        address = await address_of(program)
        host = address.removeprefix("http://").strip("/")
        with socket.socket() as deaf:
            # Set before it connects, or the system makes it as large as it likes.
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", int(host.split(":")[1])))
            deaf.sendall(f"GET /openapi.json HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() * ANSWERS)
            begins = deaf.recv(15)
            async with visiting(address) as page:
                # Each time others have their turn too, until nothing more goes into the line.
                for _ in range(TURNS):
                    await page.get("/healthz")
            stopped = await program.stop(signal.SIGTERM)

    assert begins == b"HTTP/1.1 200 OK"
    assert stopped.code == 0
    assert stopped.seconds <= GRACE_S + SLACK_S
