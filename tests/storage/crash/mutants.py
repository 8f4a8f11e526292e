"""Programs with a mistake. The checks must find each of them, or they check nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.allowance import UNLIMITED, Allowance
from engine.job import Job, Picture
from engine.tally import Tally
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.storage.crash.sink import RecordingSink


class NoDedupe(SqlLedger):
    """Takes every interaction for a new one."""

    async def record(
        self, job: Job, allowance: Allowance = UNLIMITED, now: datetime | None = None
    ) -> Job:
        return await super().record(replace(job, key=None), allowance, now)

    async def seen(self, owner: str, key: str) -> Job | None:
        return None


class NoFence(SqlLedger):
    """Takes a result from whoever brings one."""

    async def beat(self, held: Mapping[str, int], until: datetime) -> Collection[str]:
        await super().beat(held, until)
        return set(held)

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        await super().finish(job, (await self.job(job)).attempt, pictures, now, tally)


class NoHeartbeat(SqlLedger):
    """Says that it lives, and tells nobody."""

    async def beat(self, held: Mapping[str, int], until: datetime) -> Collection[str]:
        return set(held)


class HastyDelivery(SqlLedger):
    """Tells the result before it is stored."""

    sink: RecordingSink

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        await self.sink.send(await self.job(job), pictures)
        await super().finish(job, attempt, pictures, now, tally)


def ledger_of(
    mutant: str | None, engine: AsyncEngine, files: PictureFiles, folder: Path
) -> SqlLedger:
    match mutant:
        case None:
            return SqlLedger(engine, files)
        case "no dedupe":
            return NoDedupe(engine, files)
        case "no fence":
            return NoFence(engine, files)
        case "no heartbeat":
            return NoHeartbeat(engine, files)
        case "deliver before commit":
            hasty = HastyDelivery(engine, files)
            hasty.sink = RecordingSink(folder)
            return hasty
    raise ValueError(mutant)
