"""Herald: tells what moderators did in the audit channels, also what was done at the terminal."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

import discord

from bot.app import App
from bot.discord.connection.wire import Wire, channel_messages
from bot.discord.looks.changes import changed_nothing
from bot.discord.looks.deeds import told
from bot.discord.moderators.trust import only_server
from bot.discord.speech.words import ENGLISH, speaking
from bot.outputs import write
from engine.accounts import Deed
from engine.errors import EaselError, StorageFailed
from engine.moderation import SERVER, server_called

log = logging.getLogger(__name__)

AT_ONCE = 50


class Herald:
    """Each deed once, in their order, and none is lost over a restart.

    A file remembers the last one that was told. Should that fail, Discord keeps one of those with
    the same nonce.
    """

    def __init__(self, *, app: App, wire: Wire, file: Path) -> None:
        self._app, self._wire, self._file = app, wire, file
        self._last: int | None = None
        self._telling = asyncio.Lock()
        self._unheard: dict[str, bool] = {}
        """Servers whose channel takes nothing, and whether one of their moderators knows."""

    async def run(self, pause_s: float) -> None:
        """Until cancelled."""
        while True:
            await self.tell()
            await asyncio.sleep(pause_s)

    async def tell(self) -> None:
        """What was done since the last time, as far as Discord is there.

        It is done already, so nothing that goes wrong here may seem to have stopped it.
        """
        async with self._telling:
            try:
                if self._last is None:
                    self._last = await self._remembered()
                client = self._wire.client
                if client is not None and client.is_ready():
                    await self._tell_since(self._last, client)
            except (discord.DiscordServerError, OSError, EaselError) as error:
                log.warning("what moderators did is told later: %r", error)

    def is_news(self, server: str) -> bool:
        """Whether nothing can be told on that server, and no moderator was told of that."""
        if self._unheard.get(server, True):
            return False
        self._unheard[server] = True
        return True

    async def _tell_since(self, last: int, client: discord.Client) -> None:
        for deed in await self._deeds_since(last):
            if server := _server_of(deed) or only_server(client):
                try:
                    await self._tell(deed, server)
                except (discord.HTTPException, ValueError) as error:
                    if isinstance(error, discord.DiscordServerError):
                        raise
                    log.warning("server %s is not told of deed %s: %s", server, deed.id, error)
                    self._unheard.setdefault(server, False)
                else:
                    self._unheard.pop(server, None)
            self._last = deed.id
            await self._remember(deed.id)

    async def _deeds_since(self, last: int) -> list[Deed]:
        """The oldest first."""
        found: list[Deed] = []
        before: int | None = None
        while page := await self._app.accounts.audit(before=before, most=AT_ONCE):
            new = [deed for deed in page if deed.id > last]
            found += new
            if len(new) < len(page):
                break
            before = page[-1].id
        return found[::-1]

    async def _tell(self, deed: Deed, server: str) -> None:
        settings = (await self._app.choices.chosen(None, server)).settings
        if settings.audit_channel is None or changed_nothing(deed.details):
            return
        with speaking(settings.language or ENGLISH):
            once: Mapping[str, object] = {"nonce": f"deed.{deed.id}", "enforce_nonce": True}
            route = channel_messages(int(settings.audit_channel))
            await self._wire.ask(route, told(deed), more={**once})

    async def _remembered(self) -> int:
        """Where nothing was ever told, what is done already is not told any more.

        Nor is it where the database is another one than then.
        """
        newest = await self._app.accounts.audit(most=1)
        last = newest[0].id if newest else 0
        try:
            known = int(await asyncio.to_thread(self._file.read_text, "utf-8"))
            if known <= last:
                return known
            log.warning(
                "deed %s was told, and the newest there is is %s: the database was replaced. "
                "Audit channels are told what is done from now on",
                known,
                last,
            )
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            log.warning("nobody knows which deeds were told already: %s", error)
        await self._remember(last)
        return last

    async def _remember(self, deed: int) -> None:
        try:
            await asyncio.to_thread(write, self._file, str(deed).encode())
        except StorageFailed as error:
            log.warning("after a restart deeds may be told again: %s", error)


def _server_of(deed: Deed) -> str | None:
    """Where it was done, or to which server; None for what counts on all of them."""
    if where := deed.details.get(SERVER):
        return str(where)
    called = server_called("")
    return deed.whom.removeprefix(called) if deed.whom.startswith(called) else None
