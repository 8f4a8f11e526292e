"""What the double in memory owes to the tests that use it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from engine.job import Status
from engine.ports import Ledger
from storage.memory import MemoryLedger
from tests.storage.samples import A_FOX, ALICE, LATER, NOON, a_job, begun_job, pictures_of

CALLS: dict[str, Callable[[Ledger], Awaitable[object]]] = {
    "record": lambda ledger: ledger.record(a_job(id="cat")),
    "seen": lambda ledger: ledger.seen(ALICE.id, "click"),
    "release": lambda ledger: ledger.release("hen", 1),
    "lose": lambda ledger: ledger.lose("hen", 1, LATER),
    "begin": lambda ledger: ledger.begin("fox", "a painter", LATER),
    "beat": lambda ledger: ledger.beat({"hen": 1}, LATER),
    "finish": lambda ledger: ledger.finish("hen", 1, pictures_of(a_job(id="hen")), LATER),
    "end": lambda ledger: ledger.end("fox", Status.FAILED, "", now=LATER),
    "try_writing": lambda ledger: ledger.try_writing(),
    "workers": lambda ledger: ledger.workers(),
    "take_back": lambda ledger: ledger.take_back(LATER),
    "job": lambda ledger: ledger.job("fox"),
    "keep_tallies": lambda ledger: ledger.keep_tallies([], []),
    "tallies": lambda ledger: ledger.tallies(),
    "unfinished": lambda ledger: ledger.unfinished(),
    "painted": lambda ledger: ledger.painted(ALICE.id, A_FOX),
    "pictures": lambda ledger: ledger.pictures("fox"),
    "keep": lambda ledger: ledger.keep(ALICE.id, b"hello", NOON),
    "own": lambda ledger: ledger.own(ALICE.id, [KEPT]),
    "file": lambda ledger: ledger.file(KEPT),
}
KEPT = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.mark.parametrize("name", CALLS)
async def test_every_call_lets_others_run(name: str) -> None:
    ledger = MemoryLedger()
    await ledger.record(a_job())
    await begun_job(ledger, a_job(id="hen"))
    await ledger.keep(ALICE.id, b"hello", NOON)
    others_ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(others_ran.set)

    await CALLS[name](ledger)

    assert others_ran.is_set()


def test_every_call_is_tried() -> None:
    calls = {name for name in vars(Ledger) if not name.startswith("_")}

    assert calls == set(CALLS)
