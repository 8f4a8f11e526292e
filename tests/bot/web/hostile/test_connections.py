"""Whatever is sent that is no request, or half of one, is answered in our words or dropped."""

import asyncio
import logging
import socket
from contextlib import suppress

import pytest

from bot.web.app import make_web
from bot.web.connection import listening
from tests.bot.web.conftest import SECRET, House
from tests.bot.web.hostile.conftest import ENOUGH_S, Wire, status_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
JSON = b"Content-Type: application/json"
PROBLEM = b"Content-Type: application/problem+json"
LEAKS = (b"aiohttp", b"python", b"traceback", b"pydantic", b"sqlite", b"/bot/web", b".py")


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x00\xff\xff\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -4\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +2\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 500 + b"\r\n",
    ],
)
async def test_what_is_no_http_is_said_so(
    wire: Wire, said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await wire.say(said)

    assert status_of(answer) == 400
    assert PROBLEM in answer
    assert not [leak for leak in LEAKS if leak in answer.lower()]
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (b"GET / HTTP/1.1", b"Host is missing"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a", b"Host is there twice"),
        (b"GET / HTTP/1.1\r\nHost: evil.com/x?", b"Host is a name"),
        (b'GET / HTTP/1.1\r\nHost: a"b', b"Host is a name"),
        (b"GET / HTTP/1.1\r\nHost: evil.com:80@x", b"Host is a name"),
        (b"GET / HTTP/1.1\r\nHost: a b", b"Host is a name"),
        (b"GET /healthz HTTP/1.1\r\nHost: [::1]:x", b"Host is a name"),
        (b"GET /nothing HTTP/1.1\r\nHost: a#b", b"Host is a name"),
        (b"GET / HTTP/1.1\r\nHost:", b"Host is a name"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2",
            b"Content-Length is there twice",
        ),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4", b"Content-Length is a whole"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked",
            b"Content-Length or a Transfer-Encoding",
        ),
        (b"GET / HTTP/1.1\r\nHost: a" + b"\r\nX: a" * 500, b"more headers"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b", b"in a header"),
        (b"GET /\xff HTTP/1.1\r\nHost: a", b"in the address"),
        (b"\x16\x03\x01\x00\xff\xff", b"plain HTTP"),
        (
            b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nAuthorization: b",
            b"Authorization is there twice",
        ),
        (
            b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\nIdempotency-Key: a\r\nIdempotency-Key: a",
            b"Idempotency-Key is there twice",
        ),
    ],
)
async def test_what_is_wrong_with_a_head_is_said(wire: Wire, head: bytes, sentence: bytes) -> None:
    answer = await wire.say(head + b"\r\nConnection: close\r\n\r\n")

    assert status_of(answer) == 400
    assert PROBLEM in answer
    assert sentence in answer


@pytest.mark.parametrize("method", [b"FOO", b"BREW", b"get"])
async def test_a_method_that_there_is_not_is_not_implemented(wire: Wire, method: bytes) -> None:
    answer = await wire.say(method + b" /v1/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert status_of(answer) == 501
    assert PROBLEM in answer


@pytest.mark.parametrize(
    "host", [b"localhost", b"a_b.example.:65535", b"[::1]:80", b"[::ffff:127.0.0.1]", b"10.0.0.1"]
)
async def test_a_host_is_a_name_or_an_address_perhaps_with_a_port(wire: Wire, host: bytes) -> None:
    head = b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: "

    assert status_of(await wire.say(head + host + b"\r\n\r\n")) == 200


@pytest.mark.parametrize("path", [b"/v1/jobs/", b"/v1/models/", b"/sdapi/v1/options/"])
async def test_a_slash_at_the_end_is_said_to_be_too_much(wire: Wire, path: bytes) -> None:
    answer = await wire.ask(b"GET " + path)

    assert status_of(answer) == 404
    assert b"ends with a slash" in answer


@pytest.mark.parametrize(
    "said",
    [
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_a_giant_head_is_refused(wire: Wire, said: bytes) -> None:
    answer = await wire.say(said)

    assert status_of(answer) == 431
    assert PROBLEM in answer


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"TRACE /v1/jobs", 405),
        (b"OPTIONS /v1/jobs", 405),
        (b"PUT /v1/jobs", 405),
        (b"OPTIONS *", 404),
        (b"CONNECT evil.example:443", 404),
        (b"GET //v1/jobs", 404),
        (b"GET /v1//jobs", 404),
        (b"GET /v1/jobs/", 404),
        (b"GET /v1/jobs/%2e%2e", 404),
        (b"GET /v1/jobs/%00", 404),
        (b"GET /v1/nothing", 404),
        (b"GET /nothing", 404),
        (b"GET /robots.txt", 404),
        (b"GET /%0d%0aX-Evil:1", 404),
        (b"GET /static/", 404),
        (b"GET /static/..%2fapp.py", 404),
        (b"GET /static/%2e%2e/app.py", 404),
        (b"GET /static/..\\app.py", 404),
        (b"GET /static//etc/passwd", 404),
        (b"GET /static/%00", 404),
        (b"GET /static/%ff", 404),
        (b"GET /static/" + b"a" * 5000, 404),
        (b"GET /v1/styles/%00", 404),
        (b"GET /v1/styles/%2e%2e%2fx", 404),
        (b"GET /v1/people/%00", 422),
        (b"GET /v1/history?search=%00", 422),
        (b"GET /v1/history?before=999999999999999999999999", 422),
        (b"GET /v1/history?since=9999-12-31T23:59:59-23:59", 422),
        (b"GET /v1/events?nothing=1", 422),
    ],
)
async def test_unknown_places_and_methods_are_problems(
    wire: Wire, line: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await wire.ask(line)

    assert status_of(answer) == status
    assert PROBLEM in answer
    assert b"X-Evil" not in answer
    assert not [leak for leak in LEAKS if leak in answer.lower()]
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"[" * 200_000, 413),
        (b"[" * 5_000, 400),
        (b'{"prompt": [' + b"1," * 25_000 + b"1]}", 413),
        (b'{"prompt": "' + b"\\u0041" * 110_000 + b'"}', 413),
        (b'{"prompt": "a fox", "model": "' + b"a" * 31 * 110_000 + b"\\/" * 110_000 + b'"}', 422),
        (b'{"prompt": "a fox", "seed": ' + b"9" * 100_000 + b"}", 400),
        (b'{"prompt": "a fox", "guidance": NaN}', 400),
        (b'{"prompt": "a fox", "guidance": 1e999}', 422),
        (b'{"prompt": "\\ud800"}', 400),
        (b'{"prompt": "a\\u0000fox"}', 422),
        (b'{"prompt": "a fox", "model": "\\ud800"}', 400),
        (b'{"prompt": "a fox", "style": "\\u0000"}', 422),
        (b'{"\\ud800": 1}', 400),
        (b'{"prompt": "a fox", "image": "\\ud800"}', 400),
        (b'{"prompt": "a fox", "image": "data:image/png;base64,AAAA"}', 422),
        (b'{"prompt": "a fox", "image": "' + b"f" * 64 + b'"}', 404),
    ],
)
async def test_a_body_that_is_none_is_said_so(wire: Wire, body: bytes, status: int) -> None:
    answer = await wire.ask(b"POST /v1/jobs", JSON, body=body)

    assert status_of(answer) == status
    assert PROBLEM in answer


@pytest.mark.parametrize("path", [b"/v1/jobs", b"/v1/images/edits", b"/sdapi/v1/txt2img", b"/"])
async def test_what_is_packed_is_not_unpacked(wire: Wire, path: bytes) -> None:
    for kind in (JSON, b"Content-Type: multipart/form-data; boundary=x"):
        answer = await wire.ask(b"POST " + path, kind, b"Content-Encoding: gzip", body=b"\x1f\x8b")

        assert status_of(answer) == 415


async def test_a_body_that_is_told_to_be_huge_is_refused_before_it_comes(wire: Wire) -> None:
    head = [b"POST /v1/jobs HTTP/1.1", wire.opening, JSON, b"Content-Length: 1073741824"]
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(b"\r\n".join(head) + b"\r\n\r\n")

    async with asyncio.timeout(ENOUGH_S):
        answer = await reader.readuntil(b"\r\n\r\n")

    assert status_of(answer) == 413
    writer.close()


@pytest.mark.parametrize(
    "key", [b"a b", b"\xff\xfe", b"", b"a" * 256, "ä".encode()], ids=lambda key: repr(key[:6])
)
async def test_a_key_for_once_that_is_none_is_refused(wire: Wire, key: bytes) -> None:
    answer = await wire.ask(
        b"POST /v1/jobs", JSON, b"Idempotency-Key: " + key, body=b'{"prompt": "a fox"}'
    )

    assert status_of(answer) == 422


@pytest.mark.parametrize("said", [b"\xff\xfe", b"home.9999999999.\xff\xfe", b"\xff.9.a"])
async def test_a_cookie_that_is_no_text_opens_nothing(wire: Wire, said: bytes) -> None:
    head = b"GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: easel="

    answer = await wire.say(head + said + b"\r\n\r\n")

    assert status_of(answer) == 401


async def test_requests_one_after_the_other_are_answered_in_turn(wire: Wire) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"

    answer = await wire.say((one + b"\r\n") * 100 + one + b"Connection: close\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 101


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-"])
async def test_whoever_does_not_finish_a_request_is_dropped(wire: Wire, said: bytes) -> None:
    assert await wire.say(said) == b""


async def test_many_who_say_nothing_stop_nobody(wire: Wire) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", wire.port) for _ in range(300)]

    assert status_of(await wire.ask(b"GET /v1/jobs")) == 200
    async with asyncio.timeout(ENOUGH_S):
        assert {await reader.read() for reader, _ in silent} == {b""}
    for _, writer in silent:
        writer.close()


@pytest.mark.asyncio(loop_scope="function")
async def test_whoever_takes_nothing_of_an_answer_is_dropped(house: House) -> None:
    pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
    with socket.socket() as claim:
        claim.bind(("127.0.0.1", 0))
        async with listening(pages, claim, left=lambda: 1, reading_s=0.4):
            silent = socket.socket()
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            silent.connect(claim.getsockname())
            silent.setblocking(False)
            ask = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
            with silent, suppress(ConnectionError):
                async with asyncio.timeout(ENOUGH_S):
                    while True:
                        # It breaks once nobody listens any more.
                        with suppress(BlockingIOError):
                            silent.send(ask)
                        await asyncio.sleep(0.05)


@pytest.mark.asyncio(loop_scope="function")
async def test_there_are_only_so_many_connections(house: House) -> None:
    pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
    with socket.socket() as claim:
        claim.bind(("127.0.0.1", 0))
        port = claim.getsockname()[1]
        async with listening(pages, claim, left=lambda: 1, most=2), asyncio.timeout(ENOUGH_S):
            wire = Wire(port=port, opening=b"Host: localhost")
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]

            assert await wire.ask_at_all(b"GET /healthz") == b""

            idle[0][1].transport.abort()
            while not await wire.ask_at_all(b"GET /healthz"):
                pass
            idle[1][1].transport.abort()


@pytest.mark.parametrize("expectation", [b"100-continue", b"foo"])
async def test_nobody_is_told_to_go_on_before_they_are_let_in(
    wire: Wire, expectation: bytes
) -> None:
    expect = b"Expect: " + expectation
    too_long = b"Content-Length: 1073741824"
    host = b"Host: localhost"

    stranger = await wire.say(
        b"\r\n".join([b"POST /v1/jobs HTTP/1.1", host, expect, too_long, JSON]) + b"\r\n\r\n",
        most=12,
    )
    too_much = await wire.say(
        b"\r\n".join([b"POST /v1/jobs HTTP/1.1", wire.opening, expect, too_long, JSON])
        + b"\r\n\r\n",
        most=12,
    )
    taken = await wire.ask(b"POST /v1/jobs", JSON, expect, body=b'{"prompt": "a fox"}')

    assert stranger == b"HTTP/1.1 401"
    assert too_much == b"HTTP/1.1 413"
    assert taken.startswith(b"HTTP/1.1 100 Continue\r\n\r\n") is (expectation != b"foo")
    assert b"HTTP/1.1 202 Accepted" in taken
