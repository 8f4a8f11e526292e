"""Nobody makes us connect to where we were not told to: not by an address, a name or a redirect."""

import asyncio
from collections.abc import AsyncIterator
from email.message import Message
from http.client import HTTPMessage
from io import BytesIO
from socket import AF_INET, AddressFamily
from typing import cast
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import discord
import pytest
from aiohttp import ClientError, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from bot.addresses import is_discord_or_here
from bot.discord.pictures.cdn import Public, TooLarge, is_of_discord, read_file
from bot.discord.pictures.fetched import Files
from engine.address import is_outside
from engine.errors import InvalidRequest
from engine.gpu.hub.connection import Plain, Redirected, Secure
from engine.gpu.hub.public import is_public
from engine.gpu.hub.wire import _Redirects
from tests.security.bypasses import BYPASSES, HERE, NAMES
from tests.security.listener import FOUR, SIX, Listener, has_six, listening

A_PNG = "https://cdn.discordapp.com/attachments/1/2/a.png"
INWARDS = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "224.0.0.1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::", "::127.0.0.1", "fec0::1"),
    *("2001:0:a9fe:a9fe::", "::ffff:0:127.0.0.1", "192.0.0.192", "ff0e::1"),
)
OUTWARDS = "93.184.216.34"
ALL_OUTWARDS = (
    *(OUTWARDS, "2606:4700::6810:85e5", "::ffff:93.184.216.34", "64:ff9b::93.184.216.34"),
    "2002:5db8:d822::",
)

WITH_SIX = pytest.mark.skipif(not has_six(), reason="this machine has no addresses of that kind")


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as heard:
        yield heard


class Attached:
    """A file as somebody's message names it."""

    size = 3

    def __init__(self, url: str) -> None:
        self.url = url


class Names(AbstractResolver):
    """Somebody's own, who makes names mean what they like."""

    def __init__(self, *places: str) -> None:
        self.places = places

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=place, port=port, family=family, proto=0, flags=0)
            for place in self.places
        ]

    async def close(self) -> None:
        """Nothing is open."""


def test_there_are_a_hundred_ways() -> None:
    assert len(set(BYPASSES)) >= 100


@pytest.mark.parametrize("port", ["443", "8080"])
def test_no_address_passes_for_one_of_discords(port: str) -> None:
    api, theirs = "https://discord.com/api/v10", {f"https://{name}:443/a.png" for name in NAMES}

    forms = {form.replace("{port}", port) for form in BYPASSES}

    assert {form for form in forms if is_of_discord(form, api=api)} <= theirs


@pytest.mark.promise(22, count=100)
async def test_no_address_makes_us_fetch_a_file_from_elsewhere(listener: Listener) -> None:
    files, taken = Files(patience=5), []

    for form in BYPASSES:
        address = form.replace("{port}", str(listener.port))
        source = cast(discord.Attachment, Attached(address))
        try:
            async with files.fetched(source, "picture"):
                taken.append(address)
        except InvalidRequest:
            continue

    assert taken == []
    assert listener.heard == []


@pytest.mark.parametrize(
    "address", [A_PNG, f"{A_PNG}?ex=1&hm=2", A_PNG.replace("cdn.", "CDN."), A_PNG + "#a"]
)
def test_files_of_discord_are_known(address: str) -> None:
    assert is_of_discord(address, api="https://discord.com/api/v10")


@pytest.mark.parametrize("place", INWARDS)
async def test_a_name_that_means_this_network_leads_nowhere(place: str) -> None:
    with pytest.raises(OSError, match="no host out in the internet"):
        await Public(Names(place)).resolve("cdn.discordapp.com", 443)


async def test_of_several_meanings_of_a_name_only_those_outside_count() -> None:
    found = await Public(Names(*INWARDS, OUTWARDS)).resolve("cdn.discordapp.com", 443)

    assert [one["host"] for one in found] == [OUTWARDS]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_host_of_files_leads_us_nowhere_else(listener: Listener, status: int) -> None:
    async def led(_: web.Request) -> web.Response:
        to = {"Location": f"http://127.0.0.1:{listener.port}/a.png"}
        return web.Response(status=status, headers=to)

    async with _serving(led) as server:
        with pytest.raises(ClientError):
            await read_file(str(server.make_url("/a.png")), 100)

    assert listener.heard == []


@pytest.mark.parametrize("length", [None, 5])
async def test_no_more_of_a_file_is_read_than_is_wanted(length: int | None) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Encoding": "identity"})
        await answer.prepare(request)
        while request.transport and sent < 2**28:
            await answer.write(b"a" * 2**16)
            sent += 2**16
        return answer

    async with _serving(endless) as server:
        with pytest.raises(TooLarge):
            await read_file(str(server.make_url("/a.png")), length or 2**20)

    assert sent < 2**26


@pytest.mark.parametrize("host", HERE)
async def test_whoever_is_led_here_from_outside_does_not_arrive(
    listener: Listener, host: str
) -> None:
    opener = build_opener(ProxyHandler({}), Plain(1.0), Secure(1.0))
    for scheme in ("http", "https"):
        with pytest.raises((URLError, ValueError)):
            opener.open(
                Redirected(f"{scheme}://{host}:{listener.port}/model.safetensors"), timeout=1
            )

    assert listener.heard == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://93.184.216.34/a", "http://93.184.216.34/a"),
        ("https://93.184.216.34/a", "ftp://93.184.216.34/a"),
        ("https://93.184.216.34/a", "file:///etc/passwd"),
        ("http://127.0.0.1:1/a", "ftp://127.0.0.1:1/a"),
        ("http://127.0.0.1:1/a", "file:///etc/passwd"),
        ("http://127.0.0.1:1/a", "data:,a"),
    ],
)
def test_no_redirect_leads_to_another_kind_of_address(before: str, after: str) -> None:
    with pytest.raises(HTTPError):
        _redirected(before, after)


def test_what_a_host_outside_leads_to_must_be_outside_too() -> None:
    outside = _redirected(f"https://{OUTWARDS}/a", "https://127.0.0.1/a")
    again = _redirected("https://127.0.0.1/a", "https://127.0.0.1/b", kind=Redirected)
    inside = _redirected("http://127.0.0.1:1/a", "http://127.0.0.1:2/a")

    assert isinstance(outside, Redirected)
    assert isinstance(again, Redirected)
    assert not isinstance(inside, Redirected)


@pytest.mark.parametrize("place", INWARDS)
def test_networks_of_ours_are_not_public(place: str) -> None:
    assert not is_outside(place)
    assert not is_public(place.partition("%")[0])


@pytest.mark.parametrize("place", ALL_OUTWARDS)
def test_hosts_out_in_the_internet_are_public(place: str) -> None:
    assert is_outside(place)
    assert is_public(place)


@pytest.mark.parametrize("host", [FOUR, pytest.param(SIX, marks=WITH_SIX)])
async def test_whoever_is_asked_on_this_machine_hears_it(listener: Listener, host: str) -> None:
    reader, writer = await asyncio.open_connection(host, listener.port)
    ended = await reader.read()
    writer.close()

    assert ended == b""
    assert len(listener.heard) == 1


@pytest.mark.parametrize("form", BYPASSES)
def test_a_token_of_discord_goes_nowhere_else(form: str) -> None:
    address = form.replace("{port}", "1")
    there = ("discord.com", "127.0.0.1", "localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]")

    hosts = [host for host in there if f"//{host}" in address.lower()]
    assert not is_discord_or_here(address) or hosts


def _redirected(before: str, after: str, kind: type[Request] = Request) -> Request | None:
    headers = cast(HTTPMessage, Message())
    return _Redirects().redirect_request(kind(before), BytesIO(), 302, "", headers, after)


def _serving(does: object) -> TestServer:
    application = web.Application()
    application.router.add_get("/a.png", does)  # type: ignore[arg-type]  # one of those above
    return TestServer(application, host="127.0.0.1")
