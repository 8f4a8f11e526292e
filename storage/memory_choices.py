"""The choices in memory: for trying things out and for tests, with nothing left behind."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from engine.accounts import Act
from engine.choices import Chosen, Kind, Whose, is_deed, told_change
from engine.preferences import NONE, Preferences, changed_preferences
from engine.server import FREE, ServerSettings, changed_settings
from engine.style import Style, plain_name
from engine.styles import checked_style, no_style, require_room
from storage.memory_purses import MemoryPurses
from storage.models import utc


class MemoryChoices:
    """Behaves as `SqlChoices` does, and lets others run wherever that one waits for the database.

    `purses` are those of the ledger in memory whose people they belong to.
    """

    def __init__(self, purses: MemoryPurses) -> None:
        self._purses = purses
        self._settings: dict[str, ServerSettings] = {}
        self._servers: dict[str, Preferences] = {}
        self._styles: dict[Whose, dict[str, Style]] = {}

    async def chosen(self, owner: str | None, server: str | None = None) -> Chosen:
        await asyncio.sleep(0)
        person = self._purses.people.get(owner or "")
        return Chosen(
            person=person.preferences if person else NONE,
            server=self._servers.get(server or "", NONE),
            settings=self._settings.get(server or "", FREE),
            own_styles=self._sorted(Kind.PERSON, owner),
            server_styles=self._sorted(Kind.SERVER, server),
        )

    async def set_preferences(
        self,
        whose: Whose,
        change: Mapping[str, Any],
        act: Act,
        *,
        forget: Collection[str] = (),
    ) -> None:
        await asyncio.sleep(0)
        chosen = self._preferences(whose)
        after = changed_preferences(chosen, change, frozenset(forget))
        if whose.kind is Kind.PERSON:
            self._purses.meet(whose.id, utc(act.at)).preferences = after
        else:
            self._servers[whose.id] = after
        self._note(whose, "defaults", act, told_change(whose, chosen, after))

    async def set_settings(
        self, server: str, change: Mapping[str, Any], act: Act, *, forget: Collection[str] = ()
    ) -> None:
        whose = Whose(kind=Kind.SERVER, id=server)
        await asyncio.sleep(0)
        before = self._settings.get(server, FREE)
        after = changed_settings(before, change, frozenset(forget))
        self._settings[server] = after
        self._note(whose, "settings", act, {"before": before.told, "after": after.told})

    async def add_style(self, whose: Whose, style: Style, act: Act) -> Style | None:
        style = checked_style(style)
        plain = plain_name(style.name)
        await asyncio.sleep(0)
        there = self._styles.setdefault(whose, {})
        require_room(there.keys(), plain)
        if whose.kind is Kind.PERSON:
            self._purses.meet(whose.id, utc(act.at))
        before, there[plain] = there.get(plain), style
        self._note(whose, "add style", act, {"style": style.name})
        return before

    async def remove_style(self, whose: Whose, name: str, act: Act) -> Style:
        await asyncio.sleep(0)
        removed = self._styles.get(whose, {}).pop(plain_name(name), None)
        if removed is None:
            raise no_style(name, self._sorted(whose.kind, whose.id))
        self._note(whose, "remove style", act, {"style": removed.name})
        return removed

    def _preferences(self, whose: Whose) -> Preferences:
        if whose.kind is Kind.SERVER:
            return self._servers.get(whose.id, NONE)
        person = self._purses.people.get(whose.id)
        return person.preferences if person else NONE

    def _sorted(self, kind: Kind, owner: str | None) -> tuple[Style, ...]:
        if owner is None:
            return ()
        theirs = self._styles.get(Whose(kind=kind, id=owner), {})
        return tuple(style for _, style in sorted(theirs.items()))

    def _note(self, whose: Whose, what: str, act: Act, details: Mapping[str, Any]) -> None:
        if is_deed(whose, act):
            self._purses.audit.note(str(whose), what, act, details)
