"""The choices in a database: defaults and styles of people and servers, and servers' settings."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from engine.accounts import Act
from engine.choices import Chosen, Kind, Whose, is_deed, told_change
from engine.preferences import changed_preferences, preferences_of
from engine.server import changed_settings, settings_of
from engine.style import Style, plain_name
from engine.styles import checked_style, no_style, require_room
from storage.audit import note
from storage.models import utc
from storage.prepared import dialect_of, upsert
from storage.purses import meet
from storage.rows import PersonRow, ServerRow, StyleRow
from storage.transactions import Transactions

STYLES = (
    select(StyleRow.name, StyleRow.prompt, StyleRow.negative)
    .where(StyleRow.kind == bindparam("of"), StyleRow.owner_id == bindparam("owner"))
    .order_by(StyleRow.plain)
)


class SqlChoices:
    """The `Choices` over SQLite and Postgres.

    What changes somebody begins by locking their row, so that what is read after it still holds
    when it is written.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def chosen(self, owner: str | None, server: str | None = None) -> Chosen:
        async with self._transactions.read() as session:
            person = None if owner is None else await session.get(PersonRow, owner)
            house = None if server is None else await session.get(ServerRow, server)
            return Chosen(
                person=preferences_of(person.preferences if person else {}),
                server=preferences_of(house.preferences if house else {}),
                settings=settings_of(house.settings if house else {}),
                own_styles=await _styles(session, Kind.PERSON, owner),
                server_styles=await _styles(session, Kind.SERVER, server),
            )

    async def set_preferences(
        self,
        whose: Whose,
        change: Mapping[str, Any],
        act: Act,
        *,
        forget: Collection[str] = (),
    ) -> None:
        table = PersonRow if whose.kind is Kind.PERSON else ServerRow
        async with self._transactions.begin() as session:
            await _lock(session, whose, act)
            stored = select(table.preferences).where(table.id == whose.id)
            before = preferences_of((await session.scalars(stored)).one())
            after = changed_preferences(before, change, frozenset(forget))
            changing = update(table).where(table.id == whose.id)
            await session.execute(changing.values(preferences=after.told))
            await _note(session, whose, "defaults", act, told_change(whose, before, after))

    async def set_settings(
        self, server: str, change: Mapping[str, Any], act: Act, *, forget: Collection[str] = ()
    ) -> None:
        whose = Whose(kind=Kind.SERVER, id=server)
        async with self._transactions.begin() as session:
            await _lock(session, whose, act)
            stored = select(ServerRow.settings).where(ServerRow.id == server)
            before = settings_of((await session.scalars(stored)).one())
            after = changed_settings(before, change, frozenset(forget))
            changing = update(ServerRow).where(ServerRow.id == server)
            await session.execute(changing.values(settings=after.told))
            details = {"before": before.told, "after": after.told}
            await _note(session, whose, "settings", act, details)

    async def add_style(self, whose: Whose, style: Style, act: Act) -> Style | None:
        style = checked_style(style)
        plain = plain_name(style.name)
        new = {
            "kind": whose.kind,
            "owner_id": whose.id,
            "plain": plain,
            "name": style.name,
            "prompt": style.prompt,
            "negative": style.negative,
        }
        async with self._transactions.begin() as session:
            await _lock(session, whose, act)
            there = {
                plain_name(each.name): each for each in await _styles(session, whose.kind, whose.id)
            }
            require_room(there.keys(), plain)
            adding = upsert(dialect_of(session), StyleRow).values(new)
            keys = ["kind", "owner_id", "plain"]
            await session.execute(adding.on_conflict_do_update(index_elements=keys, set_=new))
            await _note(session, whose, "add style", act, {"style": style.name})
            return there.get(plain)

    async def remove_style(self, whose: Whose, name: str, act: Act) -> Style:
        gone = (
            delete(StyleRow)
            .where(
                StyleRow.kind == whose.kind,
                StyleRow.owner_id == whose.id,
                StyleRow.plain == plain_name(name),
            )
            .returning(StyleRow.name, StyleRow.prompt, StyleRow.negative)
        )
        async with self._transactions.begin() as session:
            found = (await session.execute(gone)).one_or_none()
            if found is None:
                raise no_style(name, await _styles(session, whose.kind, whose.id))
            name, prompt, negative = found
            await _note(session, whose, "remove style", act, {"style": name})
            return Style(name=name, prompt=prompt, negative=negative)


async def _styles(session: AsyncSession, kind: Kind, owner: str | None) -> tuple[Style, ...]:
    """By their names."""
    if owner is None:
        return ()
    rows = await session.execute(STYLES, {"of": kind, "owner": owner})
    return tuple(Style(name=row.name, prompt=row.prompt, negative=row.negative) for row in rows)


async def _lock(session: AsyncSession, whose: Whose, act: Act) -> None:
    """Have a row for them and lock it until the transaction ends."""
    if whose.kind is Kind.PERSON:
        await meet(session, whose.id, utc(act.at))
        return
    new = {"id": whose.id, "settings": {}, "preferences": {}}
    meeting = upsert(dialect_of(session), ServerRow).values(new)
    # Even where nothing is new, it is written: that is what locks.
    keeping = meeting.on_conflict_do_update(index_elements=["id"], set_={"id": whose.id})
    await session.execute(keeping)


async def _note(
    session: AsyncSession, whose: Whose, what: str, act: Act, details: Mapping[str, Any]
) -> None:
    if is_deed(whose, act):
        await note(session, str(whose), what, act, details)
