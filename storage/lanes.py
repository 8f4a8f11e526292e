"""The queue's virtual time in the database: the clock of each tier, and how far each owner is."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.job import UNFINISHED
from engine.tally import Move, Tally
from storage.models import JobRow, countable, in_order
from storage.prepared import dialect_of, table_of, upsert
from storage.rows import ClockRow, LaneRow

CLOCKS, LANES = table_of(ClockRow), table_of(LaneRow)


class Clocks:
    """How far the clocks in the database are at least, so that none is brought where it is."""

    def __init__(self) -> None:
        self._at_least: dict[int, int] = {}

    def are_at(self, tier: int, clock: int) -> bool:
        known = self._at_least.get(tier)
        return known is not None and known >= clock

    def learn(self, tallies: Sequence[Tally]) -> None:
        """These are kept; not before their transaction has ended well."""
        for tally in tallies:
            clock = countable(tally.clock)
            self._at_least[tally.tier] = max(clock, self._at_least.get(tally.tier, clock))


async def keep(session: AsyncSession, tallies: Sequence[Tally], clocks: Clocks) -> None:
    """Another program may be further: the one that is behind sets nobody back.

    It is what a transaction does last, owners before clocks and each in order, so that two which do
    so at once never wait for each other.
    """
    for tally in sorted(tallies, key=lambda tally: tally.owner):
        await _keep_lane(session, tally)
    # Rising, so that of several of a tier the highest is what remains.
    for tier, clock in sorted({(tally.tier, countable(tally.clock)) for tally in tallies}):
        # Its row is everybody's: whoever has nothing to change there must not lock it.
        if not clocks.are_at(tier, clock):
            await _keep_clock(session, tier, clock)


async def move(session: AsyncSession, move: Move) -> None:
    """The first program that says so moves them: afterwards none is in the tier of before."""
    theirs = (
        JobRow.owner_id == move.owner,
        JobRow.tier == move.before,
        JobRow.status.in_(UNFINISHED),
    )
    moving = update(JobRow).where(in_order(*theirs), *theirs)
    moved = moving.values(tier=move.after, clock=JobRow.clock + countable(move.ahead))
    await session.execute(moved)


async def known(session: AsyncSession) -> tuple[Mapping[int, int], Sequence[Tally]]:
    """The clocks, and everybody who owes something or has jobs that have not ended."""
    rows = await session.execute(select(ClockRow.tier, ClockRow.clock))
    clocks = {row.tier: row.clock for row in rows}
    waiting = select(JobRow.owner_id).where(JobRow.status.in_(UNFINISHED))
    owing = LaneRow.finish > func.coalesce(ClockRow.clock, 0)
    lanes = (
        select(LaneRow)
        .outerjoin(ClockRow, ClockRow.tier == LaneRow.tier)
        .where(or_(owing, LaneRow.owner_id.in_(waiting)))
        .order_by(LaneRow.owner_id)
    )
    return clocks, [
        Tally(
            owner=lane.owner_id,
            tier=lane.tier,
            clock=clocks.get(lane.tier, 0),
            finish=lane.finish,
            served=lane.served,
        )
        for lane in await session.scalars(lanes)
    ]


async def _keep_lane(session: AsyncSession, tally: Tally) -> None:
    lane = {
        "owner_id": tally.owner,
        "tier": tally.tier,
        "finish": countable(tally.finish),
        "served": tally.served,
    }
    await session.execute(_keeping_lane(dialect_of(session)), lane)


async def _keep_clock(session: AsyncSession, tier: int, clock: int) -> None:
    await session.execute(_keeping_clock(dialect_of(session)), {"tier": tier, "clock": clock})


@cache
def _keeping_lane(dialect: str) -> Any:
    lane = upsert(dialect, LANES)
    new = lane.excluded
    further = (LANES.c.tier == new.tier) & (LANES.c.finish > new.finish)
    later = or_(new.served.is_(None), LANES.c.served > new.served)
    kept = {
        "tier": new.tier,
        "finish": case((further, LANES.c.finish), else_=new.finish),
        "served": case((later, LANES.c.served), else_=new.served),
    }
    return lane.on_conflict_do_update(index_elements=["owner_id"], set_=kept)


@cache
def _keeping_clock(dialect: str) -> Any:
    clock = upsert(dialect, CLOCKS)
    return clock.on_conflict_do_update(
        index_elements=["tier"],
        set_={"clock": clock.excluded.clock},
        where=CLOCKS.c.clock < clock.excluded.clock,
    )
