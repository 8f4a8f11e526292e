"""The client: what discord.py is told of us, and what it must not stumble over."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import discord
from discord import app_commands

from bot.discord.arrival.answer import Answer
from bot.discord.arrival.desk import Desk
from bot.discord.buttons import filled_at, pressed_at, strange_at
from bot.discord.commands.cancel import add_cancel
from bot.discord.commands.help import add_help
from bot.discord.commands.history import add_history
from bot.discord.commands.imagine import add_imagine
from bot.discord.commands.info import add_info
from bot.discord.commands.mod.group import add_mod
from bot.discord.commands.models import add_models
from bot.discord.commands.queue import add_queue
from bot.discord.commands.quota import add_quota
from bot.discord.commands.reroll import add_reroll, add_reroll_menu
from bot.discord.commands.settings import add_settings
from bot.discord.commands.show import add_show
from bot.discord.commands.source import add_source
from bot.discord.commands.styles import add_styles
from bot.discord.commands.upscale import add_upscale
from bot.discord.commands.vary import add_vary
from bot.discord.commands.welcome import welcome
from bot.discord.connection.budget import Budget
from bot.discord.speech.translator import Translator

log = logging.getLogger(__name__)

NEEDED = frozenset({"READY", "RESUMED"})
"""Without these there is no session, so nothing may go on."""
WITH_NAMES = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})
"""What is used of a message or form, by the name that its sender gave it."""


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
        add_reroll(self.tree, desk)
        add_vary(self.tree, desk)
        add_upscale(self.tree, desk)
        add_show(self.tree, desk)
        add_info(self.tree, desk)
        add_reroll_menu(self.tree, desk)
        add_source(self.tree, desk)
        add_mod(self.tree, desk)
        add_history(self.tree, desk)
        add_queue(self.tree, desk)
        add_cancel(self.tree, desk)
        add_quota(self.tree, desk)
        add_settings(self.tree, desk)
        add_styles(self.tree, desk)
        add_models(self.tree, desk)
        add_help(self.tree, desk)
        self._known: set[int] = set()
        parsers = self._connection.parsers
        parsers["GUILD_CREATE"] = partial(self._meet, parsers["GUILD_CREATE"])
        for event, parse in parsers.items():
            if event not in NEEDED:
                parsers[event] = partial(_parsed, event, parse)
        parsers["READY"] = partial(self._enter, parsers["READY"])

    async def setup_hook(self) -> None:
        self.add_dynamic_items(pressed_at(self._desk))
        await self.tree.set_translator(Translator())
        try:
            taken = await self.tree.sync()
            # One with subcommands cannot be clicked.
            whole = [one for one in taken if not any(map(_is_subcommand, one.options))]
            self._desk.commands.update({command.name: command.id for command in whole})
        except discord.HTTPException as error:
            # Those of the last time still work.
            log.error("Discord does not take the commands: %s", error)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        loop = asyncio.get_running_loop()
        while wait := self._budget.wait(loop.time()):  # noqa: ASYNC110 - only time helps
            await asyncio.sleep(wait)

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Forms, and what looks like ours and cannot be: discord.py finds all else itself."""
        if interaction.type in WITH_NAMES:
            await strange_at(self._desk, interaction)
        if interaction.type is discord.InteractionType.modal_submit:
            await filled_at(self._desk, interaction)

    async def on_server(self, guild: discord.Guild) -> None:
        """One that Easel was not in when it came in."""
        await welcome(self._desk, guild)

    def _meet(self, parse: Callable[[Any], None], told: Any) -> None:
        """Discord tells of every server again after each login and each outage, and of new ones in
        the same words."""
        parse(told)
        guild = self.get_guild(int(told["id"]))
        if guild is not None and not guild.unavailable and guild.id not in self._known:
            self._known.add(guild.id)
            self.dispatch("server", guild)

    def _enter(self, parse: Callable[[Any], None], told: Any) -> None:
        parse(told)
        self._known.update(int(guild["id"]) for guild in told["guilds"])
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


def _is_subcommand(option: object) -> bool:
    return isinstance(option, app_commands.AppCommandGroup)


def _parsed(event: str, parse: Callable[[Any], None], told: Any) -> None:
    try:
        parse(told)
    except Exception:
        # discord.py would end, and be deaf to everybody else for seconds.
        log.exception("Discord told of %s in a way that cannot be read", event)
