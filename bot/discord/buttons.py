"""Buttons, lists and forms: whoever uses one is answered, also after any restart."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from discord import ui

from bot.discord.arrival.answer import Answer
from bot.discord.arrival.asked import Interaction
from bot.discord.arrival.desk import Desk
from bot.discord.commands.again import press_again
from bot.discord.commands.cancel import press_cancel
from bot.discord.commands.delete import press_delete
from bot.discord.commands.edit import fill_edit, press_edit
from bot.discord.commands.favourite import press_favourite
from bot.discord.commands.help import press_example, press_forget, press_forgetall, press_help
from bot.discord.commands.history import press_newer, press_older, press_open, press_share
from bot.discord.commands.info import press_info
from bot.discord.commands.mod.audit import press_deeds
from bot.discord.commands.question import press_agree, press_decline
from bot.discord.commands.queue import press_line, press_withdraw
from bot.discord.commands.remove import press_remove, press_removeno, press_removeyes
from bot.discord.commands.reroll import press_reroll
from bot.discord.commands.source import PRIVATE, PUBLIC, fill_source
from bot.discord.commands.styles import press_styles
from bot.discord.commands.upscale import press_upscale
from bot.discord.commands.vary import press_vary
from bot.discord.controls.filled import Filled, filled_of
from bot.discord.controls.press import FORM, OURS, Press
from bot.discord.speech.words import say
from engine.errors import NotFound

DOES: Mapping[str, Callable[[Desk, Interaction, Press], Awaitable[None]]] = {
    "cancel": press_cancel,
    "reroll": press_reroll,
    "vary": press_vary,
    "upscale": press_upscale,
    "edit": press_edit,
    "again": press_again,
    "favourite": press_favourite,
    "info": press_info,
    "delete": press_delete,
    "agree": press_agree,
    "deeds": press_deeds,
    "decline": press_decline,
    "older": press_older,
    "newer": press_newer,
    "open": press_open,
    "share": press_share,
    "remove": press_remove,
    "removeyes": press_removeyes,
    "removeno": press_removeno,
    "line": press_line,
    "withdraw": press_withdraw,
    "styles": press_styles,
    "help": press_help,
    "example": press_example,
    "forget": press_forget,
    "forgetall": press_forgetall,
}

FILLS: Mapping[str, Callable[[Desk, Interaction, Filled], Awaitable[None]]] = {
    "edit": fill_edit,
    PUBLIC: fill_source,
    PRIVATE: fill_source,
}


async def filled_at(desk: Desk, interaction: Interaction) -> None:
    """What becomes of a form of ours that somebody sent."""
    filled = filled_of(interaction)
    if filled is None or not desk.first_time(interaction):
        return
    try:
        does = FILLS.get(filled.action)
        if does is None:
            raise NotFound(say("unknown_button"))
        await does(desk, interaction, filled)
    except Exception as error:  # whatever it is, whoever sent it must hear of it
        await Answer(interaction, desk.wire).explain(error)


async def strange_at(desk: Desk, interaction: Interaction) -> None:
    """Of a button with our name on it that no Easel as this one made, whoever pressed hears."""
    told: Mapping[str, Any] = {**(interaction.data or {})}
    name = str(told.get("custom_id", ""))
    if not name.startswith(OURS) or re.fullmatch(FORM, name) or not desk.first_time(interaction):
        return
    await Answer(interaction, desk.wire).explain(NotFound(say("unknown_button")))


def pressed_at(desk: Desk) -> type[ui.DynamicItem[ui.Item[Any]]]:
    """What discord.py makes of a button or list of ours when somebody uses it."""

    class Pressed(ui.DynamicItem[ui.Item[Any]], template=FORM):
        """A part of a message, whoever sent that and when."""

        def __init__(self, item: ui.Item[Any], press: Press) -> None:
            super().__init__(item)
            self.press = press

        @classmethod
        async def from_custom_id(
            cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
        ) -> Self:
            tile = match["tile"]
            told: Mapping[str, Any] = {**(interaction.data or {})}
            press = Press(
                action=match["action"],
                target=match["target"],
                tile=None if tile is None else int(tile),
                chosen=tuple(told.get("values", ())),
            )
            return cls(item, press)

        async def interaction_check(self, interaction: Interaction) -> bool:
            return desk.first_time(interaction)

        async def callback(self, interaction: Interaction) -> None:
            try:
                does = DOES.get(self.press.action)
                if does is None:
                    raise NotFound(say("unknown_button"))
                await does(desk, interaction, self.press)
            except Exception as error:  # whatever it is, whoever pressed must hear of it
                await Answer(interaction, desk.wire).explain(error)

    return Pressed
