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

PIECE = b"10000\r\n" + (b" " * 1023 + b"\n") * 2**6 + b"\r\n"
MANY_PIECES = 2**14
"""A gigabyte."""
PARTS = b"multipart/form-data; boundary=x"
A_FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


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
    ("path", "kind", "beginning"),
    [
        (b"/v1/quote", b"application/json", b""),
        (b"/login", b"application/json", b""),
        (b"/login", b"application/x-www-form-urlencoded", b""),
        (b"/v1/images/generations", b"application/json", b""),
        (b"/v1/sources", PARTS, A_FILE),
        (b"/v1/sources", PARTS, b"nothing of a part\r\n"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_gigabyte_in_pieces_is_not_read(
    wire: Wire, path: bytes, kind: bytes, beginning: bytes
) -> None:
    head = [b"POST " + path + b" HTTP/1.1", wire.opening, b"Content-Type: " + kind]
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(b"\r\n".join(head) + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    if beginning:
        writer.write(b"%x\r\n%s\r\n" % (len(beginning), beginning))
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


@pytest.mark.asyncio(loop_scope="module")
async def test_nobody_has_more_on_its_way_than_their_share(wire: Wire) -> None:
    head = [b"POST /v1/quote HTTP/1.1", wire.opening, b"Content-Type: application/json"]
    large = b"\r\n".join(head) + b"\r\nContent-Length: 84000000\r\n\r\n"
    _, stalled = await asyncio.open_connection("127.0.0.1", wire.port)
    stalled.write(large + b"{")

    async def asked() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write(large)
        try:
            async with asyncio.timeout(0.2):
                return status_of(await reader.readuntil(b"\r\n\r\n"))
        except TimeoutError:
            return 0  # it waits for the rest
        finally:
            writer.transport.abort()

    async with asyncio.timeout(ENOUGH_S):
        while await asked() != 429:
            pass
        assert status_of(await wire.ask(b"GET /v1/jobs")) == 200
        stalled.transport.abort()
        while await asked() == 429:
            pass
