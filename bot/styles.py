"""The styles commands: which there are for somebody, one more, one less."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import choice_words
from bot.messages import columns
from bot.owner import LOCAL
from engine.accounts import Act
from engine.choices import Choices, Kind, Whose
from engine.clock import utc_now
from engine.style import STYLES, Style, plain_name
from engine.styles import built_in_named, checked_style


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """What is shown and done at the terminal, answered in lines to read."""

    choices: Choices
    now: Callable[[], datetime] = utc_now

    async def show(self, whose: Whose) -> list[str]:
        theirs = await self._theirs(whose)
        of = choice_words.OWN if whose.kind is Kind.PERSON else choice_words.SERVERS
        hidden = {plain_name(style.name) for style in theirs}
        rows = [(style.name, of, style.prompt, style.negative) for style in theirs]
        for style in STYLES.values():
            is_hidden = plain_name(style.name) in hidden
            from_easel = choice_words.HIDDEN if is_hidden else choice_words.BUILT_IN
            rows.append((style.name, from_easel, style.prompt, style.negative))
        return columns([choice_words.STYLE_COLUMNS, *rows])

    async def add(self, whose: Whose, style: Style, why: str) -> list[str]:
        style = checked_style(style)
        replaced = await self.choices.add_style(whose, style, self._act(why))
        hides = built_in_named(style.name) is not None
        return [
            choice_words.added(
                style.name, whose=str(whose), replaced=replaced is not None, hides=hides
            )
        ]

    async def remove(self, whose: Whose, name: str, why: str) -> list[str]:
        removed = await self.choices.remove_style(whose, name, self._act(why))
        shows = built_in_named(name) is not None
        return [choice_words.removed(removed.name, whose=str(whose), shows=shows)]

    async def _theirs(self, whose: Whose) -> tuple[Style, ...]:
        if whose.kind is Kind.PERSON:
            return (await self.choices.chosen(whose.id)).own_styles
        return (await self.choices.chosen(None, whose.id)).server_styles

    def _act(self, why: str) -> Act:
        return Act(who=LOCAL.id, at=self.now(), why=why)
