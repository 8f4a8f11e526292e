"""Files as Discord keeps them: read from there and nowhere else, and no more than is wanted."""

import re
from socket import AF_INET, AddressFamily
from urllib.parse import urlsplit

import discord
from aiohttp import ClientResponseError, ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.addresses import is_loopback
from engine.address import is_outside

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
PIECE = 2**16
# Readers of addresses disagree about these, or leave them out.
UNCLEAR = re.compile(r"[\s\\\x00-\x20\x7f-\x9f]")


class TooLarge(ValueError):
    """There is more than is wanted."""


class Public(AbstractResolver):
    """Finds hosts out in the internet only, whatever somebody has made their names mean."""

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where the name leads nowhere else than into a network of somebody's."""
        found = await self._names.resolve(host, port, family)
        public = [one for one in found if is_outside(one["host"])]
        if not public:
            raise OSError(f"{host} is no host out in the internet")
        return public

    async def close(self) -> None:
        await self._names.close()


async def read_file(address: str, most: int) -> bytes:
    """Raises TooLarge, or an error of aiohttp's or the network's.

    Whoever answers there leads us nowhere else: what it says of itself is read while it comes, and
    a redirect is none of Discord's.
    """
    stand_in = urlsplit(address).scheme == "http"
    connector = None if stand_in else TCPConnector(resolver=Public(ThreadedResolver()))
    content = bytearray()
    async with (
        ClientSession(connector=connector) as session,
        session.get(URL(address, encoded=True), allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise ClientResponseError(answer.request_info, (), status=answer.status)
        async for piece in answer.content.iter_chunked(PIECE):
            content += piece
            if len(content) > most:
                raise TooLarge
    return bytes(content)


def is_of_discord(address: str, *, api: str = "") -> bool:
    """Whether Discord keeps files there, or the stand-in whose API that is."""
    if UNCLEAR.search(address):
        return False
    try:
        parts, stand_in = urlsplit(address), urlsplit(api or discord.http.Route.BASE)
        other = URL(address, encoded=True).raw_host or ""
        if other.lower() != parts.hostname or "@" in parts.netloc:
            return False
        if parts.scheme == "https" and parts.port in {None, 443}:
            return parts.hostname in HOSTS
        here = is_loopback(stand_in.hostname or "")
        return here and (parts.scheme, parts.netloc) == (stand_in.scheme, stand_in.netloc)
    except ValueError:
        return False
