"""Files from Discord, and from nowhere else: what a message names is a stranger's word."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord
from aiohttp import ClientError

from bot.discord.pictures.cdn import TooLarge, is_of_discord, read_file
from bot.discord.speech.words import say
from engine.errors import InvalidRequest

LARGEST_SOURCE = 64 * 2**20
MOST_AT_ONCE = 4
"""Each may be as large as that, and is in memory as long as it is needed."""
PATIENCE_S = 60.0

Read = Callable[[str, int], Awaitable[bytes]]
"""The file at an address, when it has no more bytes than that."""


class Files:
    """They are read a few at a time; further ones wait. `patience` is seconds for each."""

    def __init__(self, *, patience: float = PATIENCE_S, read: Read = read_file) -> None:
        self._patience, self._read = patience, read
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    @asynccontextmanager
    async def fetched(self, source: discord.Attachment, name: str) -> AsyncIterator[bytes]:
        """Its bytes. Raises InvalidRequest, with `name` for what it is to whoever asked."""
        if source.size > LARGEST_SOURCE:
            raise _too_large(name)
        if not is_of_discord(source.url):
            raise InvalidRequest(say("lost_source", name=name))
        async with self._room:
            try:
                async with asyncio.timeout(self._patience):
                    content = await self._read(source.url, LARGEST_SOURCE)
            except TooLarge:
                # It said that it was smaller.
                raise _too_large(name) from None
            except (ClientError, OSError) as error:
                raise InvalidRequest(say("lost_source", name=name)) from error
            yield content


def _too_large(name: str) -> InvalidRequest:
    return InvalidRequest(say("big_source", name=name, mebibytes=LARGEST_SOURCE // 2**20))
