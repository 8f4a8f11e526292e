"""Many programs at the limit of the same purses: what is granted is the limit, to the credit."""

import asyncio
import json
import sys
from collections import Counter
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from engine.allowance import Allowance, cents_of
from engine.purse import Kind
from storage.accounts import SqlAccounts
from storage.database import connect
from storage.jobs import insert
from storage.migrate import MIGRATIONS
from storage.purses import purse_of, reserve, resolve
from storage.transactions import Transactions
from tests.storage.samples import NOON, a_job

PROGRAMS = 8
PEOPLE = 10
DAILY = Allowance(per_day=10)


async def outcomes_of(url: str, *, each: int, way: str = "reserve") -> Counter[str]:
    """What 8 programs got that asked for each of 10 people, who may have half of it."""
    told: dict[str, Any] = {
        "people": PEOPLE,
        "each": each,
        "limit": PROGRAMS * each // 2,
        "way": way,
    }
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.storage.rush",
        url,
        str(PROGRAMS),
        json.dumps(told),
        stdout=asyncio.subprocess.PIPE,
        cwd=MIGRATIONS.parent,
    )
    printed, _ = await program.communicate()
    return Counter(json.loads(printed))


def granted_exactly(each: int) -> Counter[str]:
    half = PROGRAMS * each // 2
    return Counter({f"p{person}": half for person in range(PEOPLE)} | {"refused": PEOPLE * half})


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "each",
    [4, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.promise(5, count=1000)])],
)
async def test_eight_programs_get_the_limit_and_no_error(database_url: str, each: int) -> None:
    assert await outcomes_of(database_url, each=each) == granted_exactly(each)


async def test_of_eight_who_resolve_at_once_one_does(database_url: str) -> None:
    async with connect(database_url) as engine:
        transactions = Transactions(engine)
        job = a_job(price=8.0)
        async with transactions.begin() as session:
            await insert(session, job, DAILY, NOON)

        async def resolved(cents: int) -> None:
            async with transactions.begin() as session:
                await resolve(session, job.id, cents, NOON)

        await asyncio.gather(*(resolved(100 * cents) for cents in range(8)))

        async with transactions.begin() as session:
            purse = await purse_of(session, job.owner.id)
        entries = await SqlAccounts(engine).entries(job.owner.id)
    kinds = {entry.kind: entry.credits for entry in entries}
    assert len(entries) == len(kinds) == 3
    assert kinds[Kind.SETTLE] + kinds[Kind.REFUND] == kinds[Kind.RESERVE] == 8.0
    assert purse.used == cents_of(kinds[Kind.SETTLE])


async def test_a_job_is_reserved_for_once(database_url: str) -> None:
    async with connect(database_url) as engine:
        transactions = Transactions(engine)
        job = a_job(price=4.0)
        async with transactions.begin() as session:
            await insert(session, job, DAILY, NOON)

        with pytest.raises(IntegrityError):
            async with transactions.begin() as session:
                await reserve(session, job, DAILY, NOON)

        async with transactions.begin() as session:
            assert (await purse_of(session, job.owner.id)).used == 400


@pytest.mark.mutant(5)
async def test_who_reads_first_and_writes_then_gives_too_much(database_url: str) -> None:
    outcomes = await outcomes_of(database_url, each=4, way="read then write")

    granted = sum(outcomes[f"p{person}"] for person in range(PEOPLE))
    assert granted > PEOPLE * PROGRAMS * 4 // 2
