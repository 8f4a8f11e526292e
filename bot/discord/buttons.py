"""The buttons on messages: each says itself what it does, so it works after any restart."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from discord import ui

from bot.discord.answer import Answer
from bot.discord.asked import Interaction
from bot.discord.desk import Desk
from bot.discord.words import say
from engine.errors import NotFound

Deed = Callable[[Desk, Interaction, str], Awaitable[None]]
DEEDS: Mapping[str, Deed] = {
    "cancel": Desk.cancel,
    "reroll": Desk.reroll,
    "info": Desk.info,
    "delete": Desk.delete,
    "agree": Desk.agree,
    "decline": Desk.decline,
}
FORM = r"easel:(?P<action>[a-z]+):(?P<job>[0-9a-f]{32})(?::(?P<tile>[0-9]+))?"


def pressed_at(desk: Desk) -> type[ui.DynamicItem[ui.Button[Any]]]:
    """What discord.py makes of a button of ours when somebody presses it."""

    class Pressed(ui.DynamicItem[ui.Button[Any]], template=FORM):
        """A button of a message, whoever sent that and when."""

        def __init__(self, button: ui.Button[Any], action: str, job: str) -> None:
            super().__init__(button)
            self.action, self.job = action, job

        @classmethod
        async def from_custom_id(
            cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
        ) -> Self:
            assert isinstance(item, ui.Button), "there are no other parts that can be pressed"
            return cls(item, match["action"], match["job"])

        async def interaction_check(self, interaction: Interaction) -> bool:
            return desk.first_time(interaction)

        async def callback(self, interaction: Interaction) -> None:
            try:
                deed = DEEDS.get(self.action)
                if deed is None:
                    raise NotFound(say("unknown_button"))
                await deed(desk, interaction, self.job)
            except Exception as error:  # whatever it is, whoever pressed must hear of it
                await Answer(interaction, desk.wire).explain(error)

    return Pressed
