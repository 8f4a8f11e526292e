"""People of before roles and defaults were kept: they have none, and everything else they had."""

from storage.accounts import SqlAccounts
from storage.choices import SqlChoices
from storage.database import connect
from storage.migrate import downgrade, upgrade
from tests.storage.samples import ALICE, NOON
from tests.storage.tables import REVISIONS, say

BEFORE = REVISIONS[REVISIONS.index("0005") - 1]
A_PERSON = f"""
INSERT INTO people (id, name, tier, terms, day, used, level, at, seen)
VALUES ('{ALICE.id}', 'Alice', NULL, '{{"per_day": 7}}', '2026-05-01', 300, 0, 0, '{NOON}')
"""


async def test_people_of_before_have_no_roles_and_no_defaults(empty_database_url: str) -> None:
    await upgrade(empty_database_url, BEFORE)
    await say(empty_database_url, A_PERSON)

    await upgrade(empty_database_url)

    async with connect(empty_database_url) as engine:
        standing = await SqlAccounts(engine).standing(ALICE.id, NOON)
        chosen = await SqlChoices(engine).chosen(ALICE.id)
    assert (standing.roles, standing.allowance.per_day, standing.purse.used) == ((), 7, 300)
    assert chosen.person.told == {}


async def test_people_stay_when_their_choices_are_taken_away(empty_database_url: str) -> None:
    await upgrade(empty_database_url)
    async with connect(empty_database_url) as engine:
        await SqlAccounts(engine).allowance(ALICE.id, ("11",))

    await downgrade(empty_database_url, BEFORE)
    await upgrade(empty_database_url)

    async with connect(empty_database_url) as engine:
        standing = await SqlAccounts(engine).standing(ALICE.id, NOON)
    assert (standing.known, standing.roles) == (True, ())
