"""Files from Discord, and from nowhere else: what a message names is a stranger's word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import discord
from aiohttp import ClientError

from bot.addresses import is_loopback
from bot.discord.speech.words import say
from engine.errors import InvalidRequest

LARGEST_SOURCE = 64 * 2**20
MOST_AT_ONCE = 4
"""Each may be as large as that, and is in memory as long as it is needed."""
PATIENCE_S = 60.0
HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


class Files:
    """They are read a few at a time; further ones wait. `patience` is seconds for each."""

    def __init__(self, *, patience: float = PATIENCE_S) -> None:
        self._patience = patience
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    @asynccontextmanager
    async def fetched(self, source: discord.Attachment, name: str) -> AsyncIterator[bytes]:
        """Its bytes. Raises InvalidRequest, with `name` for what it is to whoever asked."""
        if source.size > LARGEST_SOURCE:
            raise InvalidRequest(say("big_source", name=name, mebibytes=LARGEST_SOURCE // 2**20))
        if not is_of_discord(source.url, api=discord.http.Route.BASE):
            raise InvalidRequest(say("lost_source", name=name))
        async with self._room:
            try:
                async with asyncio.timeout(self._patience):
                    content = await source.read()
            except (discord.HTTPException, ClientError, OSError) as error:
                raise InvalidRequest(say("lost_source", name=name)) from error
            yield content


def is_of_discord(address: str, *, api: str) -> bool:
    """Whether Discord keeps files there, or the stand-in whose API that is."""
    try:
        parts, stand_in = urlsplit(address), urlsplit(api)
        if parts.scheme == "https" and parts.port in {None, 443}:
            return parts.hostname in HOSTS
        here = is_loopback(stand_in.hostname or "")
        return here and (parts.scheme, parts.netloc) == (stand_in.scheme, stand_in.netloc)
    except ValueError:
        return False
