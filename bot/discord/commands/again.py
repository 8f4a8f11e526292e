"""Again: a form that was refused, opened with what was typed into it."""

from collections.abc import Callable, Iterable, Mapping

from bot.discord.arrival.asked import Interaction
from bot.discord.arrival.desk import Desk
from bot.discord.commands.edit import EDIT, edit_fields
from bot.discord.commands.source import PRIVATE, PUBLIC, source_fields
from bot.discord.controls.forms import Field, open_form
from bot.discord.controls.press import Press
from bot.discord.speech.words import say

FIELDS: Mapping[str, Callable[[Mapping[str, str]], Iterable[Field]]] = {
    EDIT: edit_fields,
    PUBLIC: source_fields,
    PRIVATE: source_fields,
}


async def press_again(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    draft = desk.drafts.get(pressed.target, interaction.user.id)
    title = say("edit.title") if draft.action == EDIT else say("source.title")
    fields = FIELDS[draft.action](draft.typed)
    await open_form(desk.wire, interaction, draft.name, title, fields)
