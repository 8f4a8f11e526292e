"""Continuous: the real studio, queue and dispatcher on a simulated card, in virtual time."""

import asyncio
from collections.abc import Sequence

from engine.allowance import unlimited
from engine.apprentice import learn_speeds
from engine.caretaker import Caretaker
from engine.crew import Crew
from engine.dispatcher import Dispatcher
from engine.keeping import Keeping
from engine.line import Line
from engine.ports import Ledger
from engine.queue import FairQueue
from engine.simulation.arrivals import Arrival
from engine.simulation.painter import SimulatedPainter
from engine.simulation.virtual_time import VirtualTime
from engine.studio import Studio
from engine.tariff import Tariff

WORKER = "simulation"


async def continuous(
    asked: Sequence[Arrival], painter: SimulatedPainter, ledger: Ledger, loop: VirtualTime
) -> Sequence[float]:
    """When each of them is there, in seconds from now, as the program is wired.

    Whatever the ledger does takes no time.
    """
    kept: Ledger = loop.standing_still(ledger)
    line, tariff, crew = Line(queue=FairQueue()), Tariff(), Crew(painter)
    studio = Studio(line=line, ledger=kept, cards=painter.cards, tariff=tariff, now=loop.now)
    caretaker = Caretaker(line=line, ledger=kept, allowance=unlimited, now=loop.now)
    dispatcher = Dispatcher(
        line=line,
        ledger=kept,
        crew=crew,
        tariff=tariff,
        now=loop.now,
        worker=WORKER,
        sweep=caretaker.sweep,
        keeping=Keeping(ledger=kept, bell=line.bell),
    )
    async with asyncio.TaskGroup() as tasks:
        working = [tasks.create_task(each) for each in (painter.run(), dispatcher.run())]
        tariff.welcome([painter.name])
        await learn_speeds(tariff, crew)
        await caretaker.resume()
        ends = await _served(asked, studio, loop)
        for each in working:
            each.cancel()
    return ends


async def _served(asked: Sequence[Arrival], studio: Studio, loop: VirtualTime) -> Sequence[float]:
    begun = loop.time()

    async def ask(one: Arrival) -> float:
        ticket = await studio.submit(one.request, one.owner)
        await ticket.pictures()
        return loop.time() - begun

    asking = []
    async with asyncio.TaskGroup() as people:
        for one in asked:
            await asyncio.sleep(begun + one.at - loop.time())
            asking.append(people.create_task(ask(one)))
    return [each.result() for each in asking]
