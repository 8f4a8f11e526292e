"""The program that is killed: the real studio, dispatcher and courier over a fast painter.

It says "ready" when it has taken up what there was, "asked" when it has asked for all that the plan
says, and goes on until it is killed.
"""

import asyncio
import os
import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.allowance import unlimited
from engine.caretaker import Caretaker
from engine.clock import utc_now
from engine.courier import Courier
from engine.crew import Crew
from engine.dispatcher import Dispatcher
from engine.errors import EaselError
from engine.job import Owner
from engine.lease import Lease
from engine.line import Line
from engine.queue import FairQueue
from engine.request import ImageRequest
from engine.studio import Studio
from engine.tariff import Tariff
from storage.database import connect
from storage.outbox import SqlOutbox
from storage.pictures import PictureFiles
from tests.storage.crash.mutants import ledger_of
from tests.storage.crash.painter import FastPainter
from tests.storage.crash.plan import ACCEPTED, BEGUN, Plan, note
from tests.storage.crash.sink import RecordingSink
from tests.storage.crash.traps import Trapped, TrappedTransactions, Traps

PATIENCE_S = 20


class NotedLedger(Trapped):
    """Writes down which process began what."""

    def __init__(self, held: Any, traps: Traps, folder: Path) -> None:
        super().__init__(held, traps)
        self._folder = folder

    async def begin(self, job: str, *given: Any) -> Any:
        begun = await self.__getattr__("begin")(job, *given)
        note(self._folder, BEGUN, job=job, attempt=begun.attempt, process=os.getpid())
        return begun


async def work(url: str, folder: Path, plan: Plan) -> None:
    traps = Traps(armed=plan.trap, at=plan.at)
    TrappedTransactions.traps = traps
    async with connect(url, patience=PATIENCE_S) as engine:
        files: Any = Trapped(PictureFiles(folder / "pictures"), traps)
        held = ledger_of(plan.mutant, engine, files, folder)
        held._transactions = TrappedTransactions(engine)
        ledger: Any = NotedLedger(held, traps, folder)
        outbox = SqlOutbox(engine)
        outbox._transactions = TrappedTransactions(engine)
        sink: Any = Trapped(RecordingSink(folder), traps)
        mailbox: Any = Trapped(outbox, traps)
        painter = FastPainter(seats=plan.seats, long=plan.long, traps=traps)
        line, tariff = Line(queue=FairQueue()), Tariff()
        studio = Studio(line=line, ledger=ledger, cards=painter.cards, tariff=tariff)
        caretaker = Caretaker(line=line, ledger=ledger, allowance=unlimited, now=utc_now)
        beat = timedelta(seconds=plan.beat)
        lease = Lease(length=timedelta(seconds=plan.lease), beat=beat, sweep=beat)
        dispatcher = Dispatcher(
            line=line,
            ledger=ledger,
            crew=Crew(painter),
            tariff=tariff,
            now=utc_now,
            worker=str(os.getpid()),
            sweep=caretaker.sweep,
            lease=lease,
        )
        courier = Courier(
            outbox=mailbox,
            ledger=ledger,
            sink=sink,
            bell=line.news,
            now=utc_now,
            pause=beat,
            hold=lease.length,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(dispatcher.run())
            group.create_task(courier.run())
            await caretaker.resume()
            say("ready")
            async with asyncio.TaskGroup() as asking:
                for key, prompt in plan.asks:
                    asking.create_task(ask(studio, folder, key, prompt))
            say("asked")


async def ask(studio: Studio, folder: Path, key: str, prompt: str) -> None:
    await asyncio.sleep(random.random() / 10)
    owner = Owner(id=f"discord:{hash_of(key) % 5}")
    request = ImageRequest(prompt=prompt, count=1 + hash_of(key) % 2, fresh=True)
    ticket = await studio.submit(request, owner, key=key, origin="discord", reply=key)
    note(folder, ACCEPTED, key=key)
    if "withdraw" in prompt:
        await asyncio.sleep(random.random() / 50)
        try:
            await studio.cancel(ticket.job.id, owner)
        except EaselError as error:
            say(str(error))


def hash_of(key: str) -> int:
    return sum(key.encode())


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def begin(url: str, folder: Path, plan: Plan) -> None:
    asyncio.run(work(url, folder, plan))
