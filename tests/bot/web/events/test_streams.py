"""Streams that are silent, held up, too many, too old, or in the way of the program's end."""

import asyncio
import socket

from aiohttp.test_utils import TestClient

from engine.clock import utc_now
from engine.job import Owner
from engine.key import own_person
from engine.request import ImageRequest
from tests.bot.web.conftest import Client, House
from tests.bot.web.events.conftest import OpenStreams, somebody
from tests.bot.web.events.listener import listening
from tests.engine.house import until

SOMEBODY = own_person("somebody")


async def ask(house: House, owner: Owner = SOMEBODY) -> None:
    house.painter.gate.set()
    ticket = await house.studio.submit(ImageRequest(prompt="a fox", fresh=True), owner)
    await ticket.pictures()


async def test_a_silent_stream_gives_signs_of_life(house: House, open_streams: OpenStreams) -> None:
    client = await somebody(house, await open_streams(beat_s=0, look_s=0.01))
    async with client, listening(client) as stream:
        await stream.next("queue")

        await stream.beat()
        await stream.beat()


async def test_who_has_too_many_streams_is_told_to_close_some(
    house: House, open_streams: OpenStreams
) -> None:
    client = await somebody(house, await open_streams(most=2))
    async with client:
        async with listening(client), listening(client):
            refused = await client.get("/v1/events")
            words = await refused.text()

            assert refused.status == 429
            assert int(refused.headers["Retry-After"]) > 0
            assert "2 streams" in words
        async with listening(client):
            pass


async def test_others_have_their_own_number_of_streams(
    house: House, open_streams: OpenStreams
) -> None:
    streamed = await open_streams(most=1, most_at_home=3)
    home: Client = TestClient(streamed.server)
    client = await somebody(house, streamed)
    async with client, home:
        await home.get("/")
        async with (
            listening(client),
            listening(home),
            listening(home),
            listening(home),
        ):
            assert (await client.get("/v1/events")).status == 429
            assert (await home.get("/v1/events")).status == 429


async def test_a_stream_with_a_key_ends_after_a_while_and_goes_on_where_it_was(
    house: House, open_streams: OpenStreams
) -> None:
    client = await somebody(house, await open_streams(lasts_s=0, look_s=0.01))
    async with client:
        async with listening(client) as stream:
            await stream.to_the_end()
        await ask(house)
        async with listening(client, last=stream.number) as again:
            assert (await again.next("job")).number > stream.number


async def test_one_that_reads_nothing_is_dropped_and_holds_up_nobody(
    house: House, open_streams: OpenStreams
) -> None:
    # Long enough for whoever reads on a machine that halts.
    streamed = await open_streams(patience_s=3.0, look_s=0.01)
    client = await somebody(house, streamed)
    loop = asyncio.get_running_loop()
    with socket.socket() as asleep:
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.setblocking(False)
        address = (streamed.server.host, streamed.server.port)
        await loop.sock_connect(asleep, address)
        key = client.session.headers["Authorization"]
        words = f"GET /v1/events HTTP/1.1\r\nHost: easel\r\nAuthorization: {key}\r\n\r\n"
        await loop.sock_sendall(asleep, words.encode())
        async with client, listening(client) as stream:
            await until(lambda: streamed.hub.readers_of(SOMEBODY.id) == 2)
            for _ in range(3):
                await ask(house)
                await stream.next("job")

            await until(lambda: streamed.hub.readers_of(SOMEBODY.id) == 1)
            await ask(house)
            await stream.next("job")


async def test_one_that_reads_nothing_is_dropped_though_its_time_is_over(
    house: House, open_streams: OpenStreams
) -> None:
    streamed = await open_streams(patience_s=0.5, look_s=0.01, lasts_s=0.5)
    client = await somebody(house, streamed)
    loop = asyncio.get_running_loop()
    with socket.socket() as asleep:
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.setblocking(False)
        await loop.sock_connect(asleep, (streamed.server.host, streamed.server.port))
        key = client.session.headers["Authorization"]
        words = f"GET /v1/events HTTP/1.1\r\nHost: easel\r\nAuthorization: {key}\r\n\r\n"
        await loop.sock_sendall(asleep, words.encode())
        async with client:
            await until(lambda: streamed.hub.readers_of(SOMEBODY.id) == 1)
            for _ in range(3):
                await ask(house)

            await until(lambda: not len(streamed.streams))


async def test_one_that_reads_nothing_is_dropped_as_soon_as_its_key_is_revoked(
    house: House, open_streams: OpenStreams
) -> None:
    streamed = await open_streams(patience_s=3600, look_s=0.01)
    client = await somebody(house, streamed)
    loop = asyncio.get_running_loop()
    with socket.socket() as asleep:
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.setblocking(False)
        await loop.sock_connect(asleep, (streamed.server.host, streamed.server.port))
        key = client.session.headers["Authorization"]
        words = f"GET /v1/events HTTP/1.1\r\nHost: easel\r\nAuthorization: {key}\r\n\r\n"
        await loop.sock_sendall(asleep, words.encode())
        async with client:
            await until(lambda: streamed.hub.readers_of(SOMEBODY.id) == 1)
            for _ in range(3):
                await ask(house)

            await house.app.keys.revoke("somebody", utc_now())
            await until(lambda: not len(streamed.streams))


async def test_whoever_left_is_noticed_though_nothing_happens(
    house: House, open_streams: OpenStreams
) -> None:
    streamed = await open_streams(look_s=0.01)
    async with await somebody(house, streamed) as client:
        async with listening(client) as stream:
            await stream.next("queue")

        await until(lambda: not streamed.hub.readers_of(SOMEBODY.id))


async def test_streams_end_with_the_program(house: House, open_streams: OpenStreams) -> None:
    streamed = await open_streams()
    async with await somebody(house, streamed) as client, listening(client) as stream:
        closing = asyncio.create_task(streamed.server.close())
        await stream.to_the_end()
        await closing
