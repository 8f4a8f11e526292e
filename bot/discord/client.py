"""The client: what discord.py is told of us, and what it must not stumble over."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import discord
from discord import app_commands

from bot.discord.answer import Answer
from bot.discord.budget import Budget
from bot.discord.buttons import pressed_at
from bot.discord.commands.imagine import add_imagine
from bot.discord.desk import Desk
from bot.discord.translator import Translator

log = logging.getLogger(__name__)

NEEDED = frozenset({"READY", "RESUMED"})
"""Without these there is no session, so nothing may go on."""


class Client(discord.Client):
    """It hears of servers and of what is asked of it, and of nothing else that people say."""

    def __init__(self, desk: Desk, budget: Budget, *, ready_s: float, silence_s: float) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=ready_s,
            heartbeat_timeout=silence_s,
        )
        self._desk, self._budget = desk, budget
        self.tree = _Tree(self, desk)
        self.came_in = False
        add_imagine(self.tree, desk)
        parsers = self._connection.parsers
        for event, parse in parsers.items():
            if event not in NEEDED:
                parsers[event] = partial(_parsed, event, parse)
        parsers["READY"] = partial(self._enter, parsers["READY"])

    async def setup_hook(self) -> None:
        self.add_dynamic_items(pressed_at(self._desk))
        await self.tree.set_translator(Translator())
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            # Those of the last time still work.
            log.error("Discord does not take the commands: %s", error)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        loop = asyncio.get_running_loop()
        while wait := self._budget.wait(loop.time()):  # noqa: ASYNC110 - only time helps
            await asyncio.sleep(wait)

    def _enter(self, parse: Callable[[Any], None], told: Any) -> None:
        parse(told)
        self.came_in = True
        log.info("Discord knows us as %s", self.user)


class _Tree(app_commands.CommandTree[Client]):
    def __init__(self, client: Client, desk: Desk) -> None:
        super().__init__(client)
        self._desk = desk

    async def interaction_check(self, interaction: discord.Interaction[Client], /) -> bool:
        if interaction.type is not discord.InteractionType.application_command:
            return True
        return self._desk.first_time(interaction)

    async def on_error(
        self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError, /
    ) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if isinstance(error, app_commands.CheckFailure):
            return  # told of it before
        if interaction.type is discord.InteractionType.autocomplete:
            log.warning("nothing could be offered: %r", cause)
            return
        await Answer(interaction, self._desk.wire).explain(cause)


def _parsed(event: str, parse: Callable[[Any], None], told: Any) -> None:
    try:
        parse(told)
    except Exception:
        # discord.py would end, and be deaf to everybody else for seconds.
        log.exception("Discord told of %s in a way that cannot be read", event)
