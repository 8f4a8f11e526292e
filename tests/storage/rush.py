"""Programs that all take from the same purses at once, and count what they got."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import BinaryIO

from engine.allowance import Allowance
from engine.errors import QuotaExceeded
from engine.job import Job, Owner
from storage import jobs
from storage.database import connect
from storage.transactions import Transactions
from tests.storage.careless import read_then_write
from tests.storage.samples import NOON, a_job

Take = Callable[[Transactions, Job, Allowance, datetime], Awaitable[None]]


async def take(transactions: Transactions, job: Job, allowance: Allowance, now: datetime) -> None:
    async with transactions.begin() as session:
        await jobs.insert(session, job, allowance, now)


WAYS: dict[str, Take] = {"reserve": take, "read then write": read_then_write}


async def rush(
    url: str, program: int, *, people: int, each: int, limit: int, way: str
) -> Counter[str]:
    """Ask so often in the name of each of these people, one credit a time."""
    outcomes: Counter[str] = Counter()
    allowance = Allowance(per_day=limit)
    async with connect(url) as engine:
        transactions = Transactions(engine)
        for person in range(people):
            for number in range(each):
                job = a_job(
                    id=f"{person}-{program}-{number}", owner=Owner(id=f"p{person}"), price=1.0
                )
                try:
                    await WAYS[way](transactions, job, allowance, NOON)
                    outcomes[f"p{person}"] += 1
                except QuotaExceeded:
                    outcomes["refused"] += 1
                except Exception as error:
                    # Whatever reaches somebody is counted, and none is expected.
                    outcomes[f"{type(error).__name__}: {error}"] += 1
    return outcomes


def main() -> None:
    """Start all programs at the same moment, and print what all of them got."""
    url, programs, told = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    ready, go = os.pipe()
    pipes: list[BinaryIO] = []
    for program in range(programs):
        reading, writing = os.pipe()
        # Before anything runs in this one, so that each is a program of its own.
        if os.fork() == 0:
            os.close(go)
            os.read(ready, 1)
            outcomes = asyncio.run(rush(url, program, **told))
            os.write(writing, json.dumps(outcomes).encode())
            os._exit(0)
        os.close(writing)
        pipes.append(os.fdopen(reading, "rb"))
    os.close(go)
    together: Counter[str] = Counter()
    for pipe in pipes:
        together.update(json.load(pipe))
    sys.stdout.write(json.dumps(together))


if __name__ == "__main__":
    main()
