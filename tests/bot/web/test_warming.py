"""What is heard at Easel's address until it is warm, and from then on."""

import asyncio
import socket
from collections.abc import Iterator

import pytest
from aiohttp import ClientSession, web

from bot.web.connection import listening
from bot.web.warming import COLD, warming


@pytest.fixture
def claim() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as claim:
        yield claim


def address_of(claim: socket.socket) -> str:
    return f"http://127.0.0.1:{claim.getsockname()[1]}"


def warm_pages() -> web.Application:
    async def ready(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    pages = web.Application()
    pages.router.add_get("/readyz", ready)
    return pages


async def test_it_is_alive_and_not_ready(claim: socket.socket) -> None:
    async with warming(claim), ClientSession(address_of(claim)) as watcher:
        alive, ready = await watcher.get("/healthz"), await watcher.get("/readyz")

        assert (alive.status, await alive.text()) == (200, "ok")
        assert (ready.status, await ready.text()) == (503, COLD)
        assert ready.headers["Retry-After"] == "10"
        assert ready.headers["Server"] == "Easel"


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/health", ("detail",)),
        ("POST", "/v1/jobs", ("detail",)),
        ("POST", "/v1/images/generations", ("error", "message")),
        ("POST", "/sdapi/v1/txt2img", ("detail",)),
    ],
)
async def test_programs_are_told_so_in_their_dialect(
    claim: socket.socket, method: str, path: str, words: tuple[str, ...]
) -> None:
    async with warming(claim), ClientSession(address_of(claim)) as program:
        answer = await program.request(method, path, json={"prompt": "a fox"})

        told = await answer.json(content_type=None)
        for name in words:
            told = told[name]
        assert (answer.status, told) == (503, COLD)


async def test_a_person_reads_the_sentence_alone(claim: socket.socket) -> None:
    async with warming(claim), ClientSession(address_of(claim)) as browser:
        page = await browser.get("/", headers={"Accept": "text/html"})

        assert (page.status, page.content_type) == (503, "text/plain")
        assert await page.text() == COLD


async def test_nobody_is_turned_away_while_the_address_is_handed_over(
    claim: socket.socket,
) -> None:
    async with warming(claim) as hand_over, ClientSession(address_of(claim)) as watcher:
        before = (await watcher.get("/readyz")).status
        await hand_over()
        knocked = socket.create_connection(claim.getsockname())
        reader, writer = await asyncio.open_connection(sock=knocked)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: easel\r\nConnection: close\r\n\r\n")

        async with listening(warm_pages(), claim, left=lambda: 0.0):
            between = await reader.read()
            after = (await watcher.get("/readyz")).status
        writer.close()
        await writer.wait_closed()

    assert (before, after) == (503, 200)
    assert between.startswith(b"HTTP/1.1 200 ")


async def test_it_can_be_closed_before_it_is_warm(claim: socket.socket) -> None:
    async with warming(claim):
        await asyncio.sleep(0)

    async with warming(claim), ClientSession(address_of(claim)) as watcher:
        assert (await watcher.get("/healthz")).status == 200
