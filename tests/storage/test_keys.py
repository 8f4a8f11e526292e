"""Keys, in a database and in memory alike."""

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text

from engine.accounts import Accounts
from engine.errors import InvalidRequest, NotFound
from engine.job import Owner
from engine.key import USUAL, Key, Scope, own_person
from engine.keys import Keys
from engine.ports import Ledger
from storage.database import connect
from storage.keys import SqlKeys
from tests.storage.samples import ALICE, LATER, MUCH_LATER, NOON, a_job
from tests.storage.tables import TABLES, say

SITE = own_person("site")
A_SECOND = timedelta(seconds=1)


async def add(
    keys: Keys,
    name: str = "site",
    owner: Owner | None = None,
    scopes: Collection[Scope] = USUAL,
    expires: datetime | None = None,
    now: datetime = NOON,
) -> tuple[Key, str]:
    return await keys.add(name, owner or own_person(name), scopes, expires, now)


async def test_a_secret_opens_its_key(keys: Keys) -> None:
    key, secret = await add(keys)
    _, other = await add(keys, "other")

    opened = await keys.open(secret, NOON)

    assert opened == replace(key, last_used=NOON)
    assert (key.name, key.owner, key.scopes, key.added) == ("site", SITE, USUAL, NOON)
    assert (await keys.open(other, NOON)) != opened


async def test_only_the_whole_secret_opens(keys: Keys) -> None:
    key, secret = await add(keys)
    _, other = await add(keys, "other")
    digest = hashlib.sha256(secret.encode()).hexdigest()

    for wrong in (
        "",
        key.id,
        key.beginning,
        secret[:-1],
        secret + "x",
        secret[:-1] + ("A" if secret[-1] != "A" else "B"),
        key.beginning + other[len(key.beginning) :],
        digest,
        "\x00\udcff" * 9,
        "' OR 1=1 --",
    ):
        assert await keys.open(wrong, NOON) is None

    assert [each.last_used for each in await keys.all()] == [None, None]


async def test_a_key_belongs_to_a_person_who_is_called_as_they_are_known(
    keys: Keys, ledger: Ledger
) -> None:
    _, secret = await add(keys, owner=Owner(id=ALICE.id))
    before = await keys.open(secret, NOON)
    await ledger.record(a_job(owner=ALICE))

    after = await keys.open(secret, NOON)

    assert before is not None
    assert after is not None
    assert (before.owner, after.owner) == (Owner(id=ALICE.id), ALICE)
    assert [key.owner for key in await keys.all()] == [ALICE]


async def test_a_key_of_nobody_else_is_called_as_it_is_named(keys: Keys, ledger: Ledger) -> None:
    _, secret = await add(keys)
    await ledger.record(a_job(owner=Owner(id=SITE.id, name="somebody else")))

    opened = await keys.open(secret, NOON)

    assert opened is not None
    assert opened.owner == SITE


async def test_a_key_is_for_what_was_named_and_no_more(keys: Keys) -> None:
    for scopes in ({Scope.PAINT}, {Scope.READ}, {Scope.MODERATE}, set(Scope)):
        name = "-".join(sorted(scopes))
        key, secret = await add(keys, name, scopes=scopes)

        opened = await keys.open(secret, NOON)

        assert opened is not None
        assert key.scopes == opened.scopes == scopes


async def test_a_key_opens_until_the_second_in_which_it_expires(keys: Keys) -> None:
    key, secret = await add(keys, expires=MUCH_LATER)

    assert await keys.open(secret, MUCH_LATER - A_SECOND)
    assert await keys.key(key.id, MUCH_LATER - A_SECOND)
    assert await keys.open(secret, MUCH_LATER) is None
    assert await keys.key(key.id, MUCH_LATER) is None
    assert [each.expires for each in await keys.all()] == [MUCH_LATER]


async def test_of_many_it_is_told_which_still_open_and_for_what(keys: Keys) -> None:
    for_all, _ = await add(keys, "all", scopes=set(Scope))
    reading, _ = await add(keys, "reading", scopes={Scope.READ}, expires=MUCH_LATER)
    revoked, _ = await add(keys, "revoked")
    await add(keys, "not-asked-for")
    await keys.revoke("revoked", LATER)
    ids = [for_all.id, reading.id, revoked.id, "nothing"]

    before = await keys.opening(ids, MUCH_LATER - A_SECOND)
    after = await keys.opening(ids, MUCH_LATER)

    assert before == {for_all.id: set(Scope), reading.id: {Scope.READ}}
    assert after == {for_all.id: set(Scope)}
    assert [key.last_used for key in await keys.all()] == [None] * 4
    assert await keys.opening([], NOON) == {}


async def test_a_revoked_key_opens_nothing_from_then_on(keys: Keys) -> None:
    key, secret = await add(keys)
    _, other = await add(keys, "other")
    assert await keys.open(secret, NOON)

    revoked = await keys.revoke("site", LATER)

    assert revoked == replace(key, revoked=LATER, last_used=NOON)
    assert await keys.open(secret, LATER) is None
    assert await keys.open(secret, NOON) is None
    assert await keys.key(key.id, LATER) is None
    assert await keys.open(other, LATER)


async def test_somebody_let_in_before_stays_in_while_the_key_does(keys: Keys) -> None:
    key, _ = await add(keys)

    assert await keys.key(key.id, LATER) == replace(key, last_used=NOON)
    for unknown in ("", "nobody", "site", "\x00", "\udcff"):
        assert await keys.key(unknown, LATER) is None


async def test_a_name_is_taken_until_its_key_is_revoked(keys: Keys) -> None:
    _, first = await add(keys, expires=LATER)
    with pytest.raises(InvalidRequest, match="There is a key “site” already"):
        await add(keys, now=MUCH_LATER)
    await keys.revoke("site", MUCH_LATER)

    key, second = await add(keys, now=MUCH_LATER)

    assert key.owner == SITE
    assert await keys.open(first, MUCH_LATER) is None
    assert await keys.open(second, MUCH_LATER)
    assert [(each.name, each.revoked) for each in await keys.all()] == [
        ("site", MUCH_LATER),
        ("site", None),
    ]


async def test_of_two_who_take_a_name_at_once_one_has_it(keys: Keys) -> None:
    outcomes = await asyncio.gather(*(add(keys) for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(outcome, InvalidRequest) for outcome in outcomes) == 4
    assert len(await keys.all()) == 1


async def test_of_two_who_revoke_at_once_one_does(keys: Keys, accounts: Accounts) -> None:
    await add(keys)

    revoking = (keys.revoke("site", LATER) for _ in range(3))
    outcomes = await asyncio.gather(*revoking, return_exceptions=True)

    assert sum(isinstance(outcome, NotFound) for outcome in outcomes) == 2
    assert [deed.what for deed in await accounts.audit()] == ["revoke key", "add key"]


async def test_an_unknown_key_is_refused_with_the_nearest(keys: Keys) -> None:
    with pytest.raises(NotFound, match=r"no key “site” to revoke\. There are none\."):
        await keys.revoke("site", NOON)
    await add(keys)
    await add(keys, "gone")
    await keys.revoke("gone", NOON)

    with pytest.raises(NotFound, match=r"Did you mean site\?"):
        await keys.revoke("siet", NOON)
    with pytest.raises(NotFound, match=r"Known are: site\."):
        await keys.revoke("gone", NOON)


@pytest.mark.parametrize(
    ("name", "owner", "scopes", "expires", "sentence"),
    [
        ("", SITE, USUAL, None, "A key's name"),
        ("a b", SITE, USUAL, None, "A key's name"),
        ("a" * 41, SITE, USUAL, None, "A key's name"),
        ("sité", SITE, USUAL, None, "A key's name"),
        ("site\n", SITE, USUAL, None, "A key's name"),
        ("a/b", SITE, USUAL, None, "A key's name"),
        ("site", Owner(id=""), USUAL, None, "no person's id"),
        ("site", Owner(id="a\x00b"), USUAL, None, "no person's id"),
        ("site", SITE, frozenset(), None, "A key for nothing is none"),
        ("site", SITE, USUAL, NOON, "over already"),
        ("site", SITE, USUAL, NOON - A_SECOND, "over already"),
    ],
)
async def test_what_can_be_no_key_is_a_sentence(
    keys: Keys,
    accounts: Accounts,
    name: str,
    owner: Owner,
    scopes: frozenset[Scope],
    expires: datetime | None,
    sentence: str,
) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        await keys.add(name, owner, scopes, expires, NOON)

    assert not await keys.all()
    assert not await accounts.audit()


@pytest.mark.parametrize("name", ["a", "a" * 40, "My.site_2-b", "-", "42"])
async def test_a_name_is_letters_digits_and_a_few_signs(keys: Keys, name: str) -> None:
    key, secret = await add(keys, name)

    assert (key.name, key.owner.id) == (name, f"key:{name}")
    assert await keys.open(secret, NOON)


async def test_what_is_done_to_keys_is_in_the_audit_and_no_secret(
    keys: Keys, accounts: Accounts
) -> None:
    owner, end = Owner(id=ALICE.id), MUCH_LATER
    _, first = await keys.add(
        "site", owner, {Scope.READ, Scope.PAINT}, end, NOON, who="discord:99", why="her  page"
    )
    await keys.revoke("site", LATER, who="discord:98", why="lost")
    await add(keys, now=LATER)

    deeds = (await accounts.audit(whom="key:site"))[::-1]

    assert [(deed.who, deed.what, deed.why, deed.at) for deed in deeds] == [
        ("discord:99", "add key", "her page", NOON),
        ("discord:98", "revoke key", "lost", LATER),
        ("local", "add key", "", LATER),
    ]
    assert [deed.details for deed in deeds] == [
        {"person": ALICE.id, "scopes": ["paint", "read"], "expires": end.isoformat()},
        {},
        {"person": SITE.id, "scopes": ["paint", "read"], "expires": None},
    ]
    assert first not in repr(deeds)


async def test_the_last_use_is_kept_to_the_hour(keys: Keys) -> None:
    key, secret = await add(keys)

    for minutes, noted in ((59, 0), (60, 60), (119, 60), (30, 60), (3000, 3000)):
        await keys.open(secret, NOON + timedelta(minutes=minutes))

        assert [each.last_used for each in await keys.all()] == [NOON + timedelta(minutes=noted)]
    await keys.key(key.id, NOON + timedelta(minutes=3060))
    assert [each.last_used for each in await keys.all()] == [NOON + timedelta(minutes=3060)]


async def test_keys_are_told_as_they_were_added(keys: Keys) -> None:
    for name, at in (("later", LATER), ("noon", NOON), ("much", MUCH_LATER)):
        await add(keys, name, now=at)

    assert [key.name for key in await keys.all()] == ["noon", "later", "much"]


async def test_within_an_hour_a_key_is_noted_once(database_url: str) -> None:
    said: list[str] = []
    async with connect(database_url) as engine:
        keys = SqlKeys(engine)
        key, secret = await add(keys)
        event.listen(
            engine.sync_engine,
            "before_cursor_execute",
            lambda *arguments: said.append(arguments[2].split()[0]),
        )

        for minute in range(5):
            assert await keys.open(secret, NOON + timedelta(minutes=minute))
            assert await keys.key(key.id, NOON + timedelta(minutes=minute))

    assert said.count("UPDATE") == 1


async def test_a_program_knows_at_once_what_another_revoked(database_url: str) -> None:
    async with connect(database_url) as one, connect(database_url) as other:
        _, secret = await add(SqlKeys(one))
        assert await SqlKeys(other).open(secret, NOON)

        await SqlKeys(one).revoke("site", LATER)

        assert await SqlKeys(other).open(secret, LATER) is None


async def test_no_table_holds_a_secret(database_url: str) -> None:
    async with connect(database_url) as engine:
        keys = SqlKeys(engine)
        key, secret = await add(keys)
        await keys.open(secret, NOON)
        await keys.revoke("site", LATER)
        async with engine.connect() as connection:
            kept = [
                repr((await connection.execute(text(f"SELECT * FROM {table}"))).all())
                for table in TABLES
            ]

    assert any(key.id in rows for rows in kept)
    assert not any(secret[-43:] in rows for rows in kept)


async def test_what_a_newer_program_knew_besides_opens_nothing(database_url: str) -> None:
    async with connect(database_url) as engine:
        keys = SqlKeys(engine)
        _, secret = await add(keys)
        await say(database_url, """UPDATE keys SET scopes = '["read", "fly"]'""")

        opened = await keys.open(secret, NOON)

    assert opened is not None
    assert opened.scopes == {Scope.READ}
