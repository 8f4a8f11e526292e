"""The settings commands: what people and servers get where a request says nothing, and may ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import choice_words
from bot.messages import columns
from bot.owner import LOCAL
from bot.typed import Typed
from engine.accounts import Act
from engine.choices import Chosen, Kind, Whose
from engine.chooser import Chooser
from engine.clock import utc_now
from engine.errors import InvalidRequest
from engine.preferences import GROUPS, Preferences
from engine.server import ServerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What is shown and set at the terminal, answered in lines to read."""

    chooser: Chooser
    now: Callable[[], datetime] = utc_now

    async def show(self, whose: Whose) -> list[str]:
        chosen = await self.chooser.chosen(whose)
        notes = self.chooser.passed_over(chosen)
        if whose.kind is Kind.PERSON:
            lines = columns([choice_words.DEFAULTS_COLUMNS, *_default_rows(chosen.person)])
        else:
            lines = _server_lines(chosen)
        return [*lines, "", *notes] if notes else lines

    async def set(self, whose: Whose, defaults: Typed, settings: Typed, why: str) -> list[str]:
        if not defaults and not settings:
            raise InvalidRequest(choice_words.NOTHING_TO_SET)
        act = Act(who=LOCAL.id, at=self.now(), why=why)
        # Settings first: what a default may be depends on them.
        notes: Sequence[str] = ()
        dropped: Sequence[str] = ()
        if settings:
            before = (await self.chooser.chosen(whose)).settings
            notes = await self.chooser.set_settings(
                whose, settings.change, act, forget=settings.forget
            )
            dropped = _dropped(before, (await self.chooser.chosen(whose)).settings)
        if defaults:
            notes = await self.chooser.set_preferences(
                whose, defaults.change, act, forget=defaults.forget
            )
        return [choice_words.set_for(str(whose)), *dropped, *notes]


def _dropped(before: ServerSettings, after: ServerSettings) -> list[str]:
    """What is on a list no more, since a list that is set takes the place of the one before."""
    told = []
    for name in choice_words.LIST_OPTIONS:
        was, now = getattr(before, name), getattr(after, name)
        gone = [one for one in was if one not in now]
        # Who says none knows that.
        if gone and now:
            told.append(choice_words.dropped(name, gone, [*was, *(n for n in now if n not in was)]))
    return told


def _server_lines(chosen: Chosen) -> list[str]:
    return [
        *columns([choice_words.SETTINGS_COLUMNS, *_setting_rows(chosen.settings)]),
        "",
        *columns([choice_words.DEFAULTS_COLUMNS, *_default_rows(chosen.server)]),
    ]


def _default_rows(preferences: Preferences) -> list[tuple[str, str]]:
    """A row for every group, so that people see what there is to choose."""
    told = preferences.told
    rows = []
    for group, (name, *others) in GROUPS.items():
        if others:
            rows.append((group, choice_words.size(told)))
        elif name in told:
            rows.append((group, choice_words.value(told[name])))
        else:
            built_in = choice_words.BUILT_IN_DEFAULTS.get(name, choice_words.OF_THE_MODEL)
            rows.append((group, built_in))
    return rows


def _setting_rows(settings: ServerSettings) -> list[tuple[str, str]]:
    told = settings.told
    return [
        (called, choice_words.value(told[name]) if name in told else choice_words.FREELY[name])
        for name, called in choice_words.SETTING_NAMES.items()
    ]
