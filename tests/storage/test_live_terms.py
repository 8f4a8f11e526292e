"""What a moderator changes in another program counts for those who wait in this one."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.accounts import Accounts, Act
from engine.allowance import Allowance
from engine.caretaker import Caretaker
from engine.decisions import blocked_from, newest_deed_of, touched_from
from engine.job import Status
from engine.line import Line, job_of
from engine.outline import outline_of
from engine.queue import FairQueue
from storage.accounts import SqlAccounts
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.storage.samples import ALICE, BOB, LATER, NOON, a_job

HOUR = timedelta(hours=1)
ACT = Act(who="local", at=LATER)


@dataclass
class Program:
    """One that paints for all, and how often it asked what somebody may use."""

    ledger: SqlLedger
    accounts: SqlAccounts
    line: Line = field(default_factory=lambda: Line(queue=FairQueue()))
    asked: list[str] = field(default_factory=list)

    def caretaker(self) -> Caretaker:
        return Caretaker(
            line=self.line,
            ledger=self.ledger,
            allowance=self.allowance,
            now=lambda: LATER,
            newest_deed=newest_deed_of(self.accounts),
            touched=touched_from(self.accounts),
            blocked=blocked_from(self.accounts, lambda: LATER),
        )

    async def allowance(self, owner: str, roles: Collection[str] | None = None) -> Allowance:
        self.asked.append(owner)
        return await self.accounts.allowance(owner, roles)

    def order(self) -> list[str]:
        return [job_of(entry) for entry in self.line.queue.order(NOON.timestamp())]


@asynccontextmanager
async def program(url: str, folder: Path) -> AsyncIterator[Program]:
    async with connect(url, patience=20) as engine:
        ledger = SqlLedger(engine, PictureFiles(folder / "pictures"))
        yield Program(ledger, SqlAccounts(engine))


@asynccontextmanager
async def moderator(url: str) -> AsyncIterator[Accounts]:
    async with connect(url, patience=20) as engine:
        yield SqlAccounts(engine)


async def two_who_wait(program: Program) -> None:
    for number in range(2):
        for owner in (ALICE, BOB):
            job = a_job(id=f"{owner.name} {number}", owner=owner)
            await program.ledger.record(job)


IN_TURNS = ["Alice 0", "Bob 0", "Alice 1", "Bob 1"]
BOB_FIRST = ["Bob 0", "Bob 1", "Alice 0", "Alice 1"]


@pytest.mark.parametrize("terms", [{"tier": -1}, {"weight": 9}], ids=["tier", "weight"])
async def test_new_terms_count_without_a_restart(
    database_url: str, tmp_path: Path, terms: dict[str, int]
) -> None:
    async with program(database_url, tmp_path) as serving, moderator(database_url) as other:
        await two_who_wait(serving)
        caretaker = serving.caretaker()
        await caretaker.resume()
        before = serving.order()

        await other.set_terms(BOB.id, terms, ACT)
        await caretaker.sweep()

        assert (before, serving.order()) == (IN_TURNS, BOB_FIRST)


async def test_a_new_tier_counts_for_all_who_have_it(database_url: str, tmp_path: Path) -> None:
    async with program(database_url, tmp_path) as serving, moderator(database_url) as other:
        await other.change_tier("patron", {}, ACT)
        await other.set_tier(BOB.id, "patron", ACT)
        await two_who_wait(serving)
        caretaker = serving.caretaker()
        await caretaker.resume()

        await other.change_tier("patron", {"tier": -3}, ACT)
        await caretaker.sweep()

        assert serving.order() == BOB_FIRST


async def test_nothing_is_read_while_nothing_changed(database_url: str, tmp_path: Path) -> None:
    async with program(database_url, tmp_path) as serving, moderator(database_url) as other:
        await other.set_terms(BOB.id, {"weight": 2}, ACT)
        await two_who_wait(serving)
        caretaker = serving.caretaker()
        await caretaker.resume()
        serving.asked.clear()

        for _ in range(3):
            await caretaker.sweep()
        at_rest = list(serving.asked)
        await other.set_terms(ALICE.id, {"weight": 2}, ACT)
        for _ in range(3):
            await caretaker.sweep()

        assert at_rest == []
        assert serving.asked == [ALICE.id]


async def test_only_those_are_asked_again_to_whom_something_was_done(
    database_url: str, tmp_path: Path
) -> None:
    async with program(database_url, tmp_path) as serving, moderator(database_url) as other:
        await two_who_wait(serving)
        caretaker = serving.caretaker()
        await other.set_terms(BOB.id, {"weight": 2}, ACT)
        await caretaker.resume()

        asked = []
        for deeds in (
            [other.grant("discord:3", 1, ACT)],
            # More than are read at a time, and what counts is the oldest.
            [
                other.set_terms(ALICE.id, {"weight": 2}, ACT),
                *(other.grant("discord:3", 1, ACT) for _ in range(60)),
            ],
            [other.change_tier("patron", {"tier": -3}, ACT), other.grant(BOB.id, 1, ACT)],
        ):
            serving.asked.clear()
            for deed in deeds:
                await deed
            await caretaker.sweep()
            asked.append(sorted(serving.asked))

        assert asked == [[], [ALICE.id], [ALICE.id, BOB.id]]


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_the_blocked_asked_for_is_withdrawn_and_refunded(
    database_url: str, tmp_path: Path, restarted: bool
) -> None:
    act = replace(ACT, why="spam")
    over = replace(ACT, at=NOON - HOUR)
    async with program(database_url, tmp_path) as serving, moderator(database_url) as other:
        await two_who_wait(serving)
        caretaker = serving.caretaker()
        if not restarted:
            await caretaker.resume()
            # Somebody paints it.
            serving.line.begin("Bob 0", BOB.id)

        await other.block(BOB.id, act)
        await other.block(ALICE.id, over, until=NOON)
        await (caretaker.resume() if restarted else caretaker.sweep())

        jobs = [await serving.ledger.job(f"Bob {number}") for number in range(2)]
        assert serving.order() == ["Alice 0", "Alice 1"]
        assert {job.status for job in jobs} == {Status.FAILED}
        assert {str(job.problem) for job in jobs} == {
            "You are blocked until a moderator changes that: spam."
        }
        assert (await other.standing(BOB.id, LATER)).held == 0
        assert not serving.line.jobs_of(BOB.id)


async def test_terms_that_changed_live_are_there_after_a_restart(
    database_url: str, tmp_path: Path
) -> None:
    async with program(database_url, tmp_path) as serving, moderator(database_url) as other:
        await two_who_wait(serving)
        caretaker = serving.caretaker()
        await caretaker.resume()
        await other.set_terms(BOB.id, {"tier": 2}, ACT)
        await caretaker.sweep()
        await serving.ledger.keep_tallies(*serving.line.take_changes())
        late = outline_of(await serving.ledger.record(a_job(id="late", owner=ALICE)))
        serving.line.join(late, await serving.accounts.allowance(ALICE.id))
        live = serving.order()

    async with program(database_url, tmp_path) as serving:
        await serving.caretaker().resume()

        assert serving.order() == live == ["Alice 0", "Alice 1", "late", "Bob 0", "Bob 1"]
