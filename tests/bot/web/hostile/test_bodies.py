"""Bodies that never end, or end too late."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import StreamReader
from aiohttp.test_utils import make_mocked_request

from bot.web.bodies import read_raw
from tests.bot.web.conftest import Client
from tests.bot.web.hostile.conftest import ENOUGH_S, Wire, status_of

PIECE = b"10000\r\n" + b" " * 2**16 + b"\r\n"
MANY_PIECES = 2**14
"""A gigabyte."""


def a_request(payload: StreamReader) -> web.Request:
    return make_mocked_request("POST", "/", payload=payload)


async def test_a_body_that_does_not_arrive_is_given_up() -> None:
    protocol = BaseProtocol(asyncio.get_running_loop())
    protocol.connection_made(asyncio.Transport())
    payload = StreamReader(protocol, 2**16)
    payload.feed_data(b"{")

    with pytest.raises(web.HTTPRequestTimeout):
        await read_raw(a_request(payload), 100, patience_s=0.01)


async def test_a_body_whose_sender_has_gone_is_a_bad_one() -> None:
    payload = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16)

    with pytest.raises(web.HTTPBadRequest):
        await read_raw(a_request(payload), 100)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"/v1/quote", b"application/json"),
        (b"/login", b"application/json"),
        (b"/login", b"application/x-www-form-urlencoded"),
        (b"/v1/images/generations", b"application/json"),
    ],
)
async def test_a_gigabyte_in_pieces_is_not_read(wire: Wire, path: bytes, kind: bytes) -> None:
    head = [b"POST " + path + b" HTTP/1.1", wire.opening, b"Content-Type: " + kind]
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(b"\r\n".join(head) + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    answering = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))

    sent = 0
    async with asyncio.timeout(ENOUGH_S):
        while not answering.done() and sent < MANY_PIECES:
            writer.write(PIECE)
            await writer.drain()
            sent += 1
        answer = await answering

    assert status_of(answer) == 413
    assert sent < MANY_PIECES
    writer.transport.abort()


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (b"prompt=\xff", "application/x-www-form-urlencoded"),
        (b"prompt=%ff", "application/x-www-form-urlencoded"),
        (b"prompt=a", "application/x-www-form-urlencoded; charset=punycode"),
        (b"prompt=a", "application/x-www-form-urlencoded; charset=nothing"),
        (b"a=b&" * 1000, "application/x-www-form-urlencoded"),
    ],
)
async def test_a_form_that_is_none_is_said_so(client: Client, form: bytes, kind: str) -> None:
    answer = await client.post("/", data=form, headers={"Content-Type": kind})

    assert answer.status == 400


@pytest.mark.parametrize(
    "parts",
    [
        b"",
        b"--x",
        b"--x\r\n1.5--x--\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="\x18"\r\n\r\na\r\n--x--\r\n',
        b"--x\r\nContent-Disposition: form-data; name=a\r\nX: " + b"a" * 20_000 + b"\r\n\r\na",
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--x--",
        b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n\xff\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n' * 100 + b"--x--\r\n",
    ],
    ids=lambda parts: repr(parts[:40]),
)
@pytest.mark.parametrize("path", ["/v1/sources", "/v1/images/edits"])
async def test_parts_that_are_none_are_said_so(caller: Client, path: str, parts: bytes) -> None:
    kind = "multipart/form-data; boundary=x"

    answer = await caller.post(path, data=parts, headers={"Content-Type": kind})

    assert answer.status in {400, 422}
