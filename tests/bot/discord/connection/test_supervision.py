"""Nothing that Discord does ends the program, and no command is lost that can be kept."""

import asyncio
import itertools
import os
import signal
import socket
from dataclasses import replace

import aiohttp
import discord
import pytest

from bot.app import open_app, painting
from bot.discord.arrival.desk import Desk
from bot.discord.arrival.journal import Journal
from bot.discord.client import Client
from bot.discord.connection.budget import Budget
from bot.discord.connection.supervision import Supervision, pause_after
from bot.discord.connection.wire import Wire
from bot.discord.delivery.pace import Pace
from bot.discord.delivery.screens import Screens
from bot.discord.start import on_discord, prepare_library
from bot.painters import Painters
from bot.serve import serve
from bot.settings import Settings
from engine.clock import utc_now
from tests.bot.discord.conftest import HURRIED, Easel, OpenEasel, at_leisure
from tests.discord_server.drop import Down, Drop
from tests.discord_server.faults import RESET, Fault, status
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL

HEARD = [how for how in Drop if how is not Drop.SILENCE]


async def test_serve_answers_on_discord_beside_the_page_and_stops_when_told(
    server: Discord, settings: Settings, painters: Painters
) -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(serve(settings, painters, announce=lines.put_nowait))
    address = (await lines.get()).split()[-1]
    await server.ready()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    message = await server.message(asked, lambda message: bool(message.shown))
    async with aiohttp.ClientSession() as browser, browser.get(f"{address}health") as answer:
        alive = answer.status
    os.kill(os.getpid(), signal.SIGTERM)
    await serving

    assert "a fox" in message.text
    assert alive == 200


async def test_a_wrong_token_is_said_once_with_the_mend(
    server: Discord,
    settings: Settings,
    painters: Painters,
    caplog: pytest.LogCaptureFixture,
) -> None:
    prepare_library(settings)
    wire = Wire(journal=Journal(settings.data_dir))
    async with open_app(settings, painters) as app:
        screens = Screens(
            wire=wire, ledger=app.ledger, place=app.studio.place, pace=Pace(), now=utc_now
        )
        desk = Desk(app=app, wire=wire, screens=screens)

        await Supervision(
            token="wrong",
            wire=wire,
            client=lambda: Client(desk, Budget(), ready_s=0, silence_s=60),
            pause_s=0,
        ).run()

    assert server.requests(Route.ME) == [401]
    assert "Until then Easel works without Discord" in caplog.text


async def test_a_discord_that_is_not_reached_is_told_without_the_name_of_an_error(
    settings: Settings, painters: Painters, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}/api"
        prepare_library(settings.model_copy(update={"discord_api": away}))
        wire = Wire(journal=Journal(settings.data_dir))
        async with open_app(settings, painters) as app:
            screens = Screens(
                wire=wire, ledger=app.ledger, place=app.studio.place, pace=Pace(), now=utc_now
            )
            desk = Desk(app=app, wire=wire, screens=screens)
            tries, again = itertools.count(), asyncio.Event()

            def client() -> Client:
                if next(tries):
                    again.set()
                return Client(desk, Budget(), ready_s=0, silence_s=60)

            supervision = Supervision(token="any", wire=wire, client=client, pause_s=0)
            trying = asyncio.create_task(supervision.run())
            async with asyncio.timeout(30):
                await again.wait()
            trying.cancel()
            await asyncio.wait([trying])

    assert "Discord cannot be reached: Cannot connect to host 127.0.0.1" in caplog.text
    assert "ClientConnectorError" not in caplog.text


@pytest.mark.parametrize("how", list(Down))
async def test_a_gateway_that_is_down_at_the_start_is_waited_for(
    server: Discord, settings: Settings, painters: Painters, how: Down
) -> None:
    await server.gateway_down(how)
    async with (
        open_app(settings, painters) as app,
        painting(app, settings, painters),
        on_discord(app, settings, HURRIED, left=at_leisure),
    ):
        await server.until(lambda: len(server.requests(Route.ME)) > 1, "a second try")
        await server.gateway_up()
        await server.ready()

        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

        assert (await server.message(asked, lambda message: bool(message.shown))).shown


@pytest.mark.parametrize("fault", [status(503), RESET], ids=["503", "reset"])
async def test_an_api_that_is_down_at_the_start_is_waited_for(
    server: Discord, settings: Settings, painters: Painters, fault: Fault
) -> None:
    server.fail(Route.ME, fault, times=2)

    async with (
        open_app(settings, painters) as app,
        on_discord(app, settings, HURRIED, left=at_leisure),
    ):
        await server.ready()

    assert server.requests(Route.ME)[-1] == 200


async def test_silence_is_noticed(server: Discord, settings: Settings, painters: Painters) -> None:
    server.doors.heartbeat_s = 0.1
    alert = replace(HURRIED, silence_s=0.3)
    async with (
        open_app(settings, painters) as app,
        on_discord(app, settings, alert, left=at_leisure),
    ):
        await server.ready()

        server.drop(Drop.SILENCE)

        await server.ready(2)


async def test_a_stop_waits_for_what_has_just_been_asked(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        # discord.py tries again after a second.
        server.fail(Route.CALLBACK, status(500))
        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
        await server.until(lambda: 500 in server.requests(Route.CALLBACK), "an error")

    async with open_easel() as easel:
        easel.painter.gate.set()
        message = await server.message(asked, lambda message: bool(message.shown))

    assert "a fox" in message.text


async def test_what_cannot_be_read_deafens_nobody(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    server.spoil(lambda told: told.pop("attachment_size_limit"))
    await server.command(ALICE, GENERAL, "imagine", prompt="a hen")
    server.dispatch("GUILD_CREATE", {})

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    assert (await server.message(asked, lambda message: bool(message.shown))).shown
    assert len(server.doors.visits) == 1


@pytest.mark.parametrize(
    "how", [*sorted(set(Drop) - {Drop.SILENCE}, key=str), 1000, 4000, 4009], ids=str
)
async def test_a_connection_that_is_lost_comes_back(
    server: Discord, easel: Easel, how: Drop | int
) -> None:
    easel.painter.gate.set()

    server.drop(how)
    await server.ready(2)
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    assert (await server.message(asked, lambda message: bool(message.shown))).shown


def test_pauses_between_tries_grow_and_stop_growing() -> None:
    assert [pause_after(tries, 1.0) for tries in (0, 1, 3, 9, 99)] == [1, 2, 8, 60, 60]


def test_a_connection_is_looked_for_every_minute_however_long_it_is_gone(
    settings: Settings,
) -> None:
    prepare_library(settings)
    pauses = vars(discord.client)["ExponentialBackoff"]()

    waited = [pauses.delay() for _ in range(1000)]

    assert max(waited) == 60.0
