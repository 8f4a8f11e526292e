"""Forms: opened as the first answer, and read whenever they are sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord
from discord import ui

from bot.discord.arrival.asked import Interaction
from bot.discord.arrival.first_answer import answered_first
from bot.discord.connection.wire import Wire

LONGEST_FIELD = 4000
LONGEST_TITLE = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A line to type into; a `tall` one has several."""

    name: str
    label: str
    value: str = ""
    tall: bool = False
    required: bool = False
    longest: int = LONGEST_FIELD
    hint: str = ""


async def open_form(
    wire: Wire, interaction: Interaction, name: str, title: str, fields: Iterable[Field]
) -> None:
    """`name` is what comes back with it, like that of a button."""
    form = ui.Modal(title=title[:LONGEST_TITLE], custom_id=name, timeout=None)
    for field in fields:
        inside: ui.TextInput[Any] = ui.TextInput(
            custom_id=field.name,
            style=discord.TextStyle.paragraph if field.tall else discord.TextStyle.short,
            default=field.value or None,
            placeholder=field.hint or None,
            required=field.required,
            max_length=field.longest,
        )
        form.add_item(ui.Label(text=field.label, component=inside))
    # discord.py would wait for it, and forget it with the program; it is read by its name instead.
    form.stop()
    await answered_first(wire, interaction, partial(interaction.response.send_modal, form))
