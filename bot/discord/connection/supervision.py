"""Supervision: one client after another, whatever ends them."""

import asyncio
import logging
from collections.abc import Callable

import discord
from aiohttp import ClientError

from bot.discord.client import Client
from bot.discord.connection.wire import Wire
from bot.discord.speech.words import say

log = logging.getLogger(__name__)

WRONG_TOKEN = 4004
LONGEST_PAUSE_S = 60.0


class Supervision:
    """Never ends the program, and gives up only where no new try can help."""

    def __init__(
        self, *, token: str, wire: Wire, client: Callable[[], Client], pause_s: float
    ) -> None:
        self._token, self._wire, self._client, self._pause_s = token, wire, client, pause_s

    async def run(self) -> None:
        """Until cancelled, or the token is known to be wrong."""
        tries = 0
        while True:
            client = self._client()
            try:
                await self._live(client)
            except discord.LoginFailure:
                log.error(say("wrong_token"))
                return
            except discord.ConnectionClosed as error:
                if error.code == WRONG_TOKEN:
                    log.error(say("wrong_token"))
                    return
                log.warning("Discord closed the connection: %s", error)
            except (ClientError, ConnectionError, TimeoutError) as error:
                log.warning("Discord cannot be reached: %s", str(error) or type(error).__name__)
            except Exception as error:  # discord.py ends by errors of any kind
                log.warning("the connection to Discord broke: %r", error)
            tries = 0 if client.came_in else tries + 1
            await asyncio.sleep(pause_after(tries, self._pause_s))

    async def _live(self, client: Client) -> None:
        try:
            # It must be there before the first command is heard of.
            await client.login(self._token)
            self._wire.open(client)
            await client.connect()
        finally:
            self._wire.close()
            await client.close()


def pause_after(tries: int, first_s: float) -> float:
    """Longer after each try that did not even come in."""
    return float(min(first_s * 2 ** min(tries, 16), LONGEST_PAUSE_S))
