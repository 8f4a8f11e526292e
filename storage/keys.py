"""The keys in a database: of each secret its digest, and nothing that opens anything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.accounts import Act
from engine.job import Owner
from engine.key import Key, Scope, digest_of, fits, id_in, own_person
from engine.keys import ADDED, REVOKED, in_order, name_taken, new_key, no_key, told_key
from engine.moderation import LOCAL
from storage.audit import note
from storage.models import utc
from storage.prepared import dialect_of, upsert
from storage.rows import KeyRow, PersonRow
from storage.transactions import Transactions


class SqlKeys:
    """The `Keys` over SQLite and Postgres. Nothing is remembered between two calls, so what one
    program revokes opens nothing in another."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def add(
        self,
        name: str,
        owner: Owner,
        scopes: Collection[Scope],
        expires: datetime | None,
        now: datetime,
        *,
        who: str = LOCAL,
        why: str = "",
    ) -> tuple[Key, str]:
        act = Act(who=who, at=utc(now), why=why)
        key, secret = new_key(name, owner, scopes, None if expires is None else utc(expires), act)
        new = {
            "id": key.id,
            "name": key.name,
            "owner_id": key.owner.id,
            "scopes": in_order(key.scopes),
            "digest": digest_of(secret),
            "added": key.added,
            "expires": key.expires,
        }
        async with self._transactions.begin() as session:
            # Of two who take a name at once the index lets one have it.
            adding = upsert(dialect_of(session), KeyRow).values(new).returning(KeyRow.id)
            adding = adding.on_conflict_do_nothing(
                index_elements=["name"], index_where=KeyRow.revoked.is_(None)
            )
            if (await session.scalars(adding)).one_or_none() is None:
                raise name_taken(name)
            await note(session, own_person(name).id, ADDED, act, told_key(key))
        return key, secret

    async def open(self, secret: str, now: datetime) -> Key | None:
        # Looked for even where it can be none: a wrong one takes as long as a right one.
        key, digest = await self._find(id_in(secret))
        return await self._used(key if fits(secret, digest) else None, utc(now))

    async def key(self, id: str, now: datetime) -> Key | None:
        key, _ = await self._find(id)
        return await self._used(key, utc(now))

    async def opening(self, ids: Collection[str], now: datetime) -> Mapping[str, Collection[Scope]]:
        there = select(KeyRow.id, KeyRow.scopes, KeyRow.expires).where(
            KeyRow.id.in_(sorted(ids)), KeyRow.revoked.is_(None)
        )
        async with self._transactions.read() as session:
            rows = (await session.execute(there)).all()
        return {
            id: _known_in(scopes)
            for id, scopes, expires in rows
            if expires is None or expires > utc(now)
        }

    async def all(self) -> Sequence[Key]:
        async with self._transactions.read() as session:
            rows = await session.execute(_with_names().order_by(KeyRow.added, KeyRow.id))
            return [_key_of(row, person) for row, person in rows.all()]

    async def revoke(self, name: str, now: datetime, *, who: str = LOCAL, why: str = "") -> Key:
        act = Act(who=who, at=utc(now), why=why)
        revoking = (
            update(KeyRow)
            .where(KeyRow.name == name, KeyRow.revoked.is_(None))
            .values(revoked=act.at)
            .returning(KeyRow.id)
        )
        async with self._transactions.begin() as session:
            id = (await session.scalars(revoking)).one_or_none()
            if id is None:
                left = select(KeyRow.name).where(KeyRow.revoked.is_(None)).order_by(KeyRow.name)
                raise no_key(name, (await session.scalars(left)).all())
            await note(session, own_person(name).id, REVOKED, act, {})
            row, person = (await session.execute(_with_names().where(KeyRow.id == id))).one()
            return _key_of(row, person)

    async def _find(self, id: str) -> tuple[Key | None, str | None]:
        """The key and the digest of its secret."""
        async with self._transactions.read() as session:
            found = (await session.execute(_with_names().where(KeyRow.id == id))).one_or_none()
        if found is None:
            return None, None
        row, person = found
        return _key_of(row, person), row.digest

    async def _used(self, key: Key | None, now: datetime) -> Key | None:
        if key is None or not key.opens(now):
            return None
        hour = key.unnoted_hour(now)
        if hour is None:
            return key
        unnoted = or_(KeyRow.last_used.is_(None), KeyRow.last_used < hour)
        noting = update(KeyRow).where(KeyRow.id == key.id, unnoted).values(last_used=hour)
        async with self._transactions.begin() as session:
            await session.execute(noting)
        return replace(key, last_used=hour)


def _with_names() -> Select[KeyRow, str]:
    """Keys, and the names of those to whom they belong; None of who is not known."""
    return select(KeyRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == KeyRow.owner_id)


def _known_in(scopes: Collection[str]) -> frozenset[Scope]:
    """What a newer program knew besides opens nothing in this one."""
    return frozenset(scope for scope in Scope if scope in scopes)


def _key_of(row: KeyRow, person: str | None) -> Key:
    own = own_person(row.name)
    return Key(
        id=row.id,
        name=row.name,
        owner=own if row.owner_id == own.id else Owner(id=row.owner_id, name=person or ""),
        scopes=_known_in(row.scopes),
        added=row.added,
        expires=row.expires,
        revoked=row.revoked,
        last_used=row.last_used,
    )
