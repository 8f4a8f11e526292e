"""Easel with a quick painter, whole but for what a plan changes.

`python -m tests.reliability.program PLAN` reads its settings as `easel serve` does, and is stopped
like that or killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import bot.app
import bot.discord.start
from bot.discord.start import Tempo, on_discord
from bot.logs import start_logging
from bot.painters import Painters
from bot.serve import serve
from bot.settings import Settings, read_settings
from engine.addon import Shelf
from engine.crew import Crew
from engine.dispatcher import Dispatcher
from engine.lease import Lease
from storage.outbox import SqlOutbox
from tests.fakes import BOOK
from tests.reliability.mutants import make_mistake
from tests.reliability.painter import PlannedPainter
from tests.reliability.plan import Plan

HURRIED = Tempo(
    ready_s=0.02, identify_s=0.0, pause_s=0.01, edit_s=0.02, retry_s=0.01, patience_s=0.5
)


class DyingOutbox(SqlOutbox):
    """Kills its program between the sending of a result and its mark."""

    left = 0

    async def delivered(self, job: str, now: datetime) -> None:
        type(self).left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        await super().delivered(job, now)


def arrange(plan: Plan) -> None:
    """What is wired instead of what Easel wires."""
    if plan.hurried:
        tempo = replace(HURRIED, silence_s=plan.silence or HURRIED.silence_s)
        vars(bot.discord.start)["on_discord"] = partial(on_discord, tempo=tempo)
    if plan.lease:
        length = timedelta(seconds=plan.lease)
        lease = Lease(length=length, beat=length / 5, sweep=length / 5)
        vars(bot.app)["Dispatcher"] = partial(Dispatcher, lease=lease)
    if plan.dies_at_mark:
        DyingOutbox.left = plan.dies_at_mark
        vars(bot.app)["SqlOutbox"] = DyingOutbox
    if plan.mutant:
        make_mistake(plan.mutant)


def nobody(_: str) -> None:
    """Reads what is announced."""


async def run(plan: Plan) -> None:
    @asynccontextmanager
    async def planned(_: Settings) -> AsyncIterator[Crew]:
        yield Crew(PlannedPainter(plan))

    settings = read_settings()
    start_logging(settings.log)
    painters = Painters(
        cards=lambda _: {BOOK.name: BOOK},
        device=lambda _: "cpu",
        open=planned,
        shelf=lambda _: Shelf,
    )
    await serve(settings, painters, announce=nobody)


if __name__ == "__main__":
    told = Plan.from_json(sys.argv[1])
    arrange(told)
    asyncio.run(run(told))
