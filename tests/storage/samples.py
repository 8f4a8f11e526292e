"""Jobs and pictures to fill a ledger with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.job import Job, Owner, Picture, Recipe, Status, Tile
from engine.ports import Ledger
from engine.request import ImageRequest

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
MUCH_LATER = NOON + timedelta(days=1)
FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)
"""As seen by a program that lives, which looks for leases that ran out."""
ENDED = [Status.FAILED, Status.CANCELLED]
ALICE, BOB = Owner(id="discord:1", name="Alice"), Owner(id="discord:2", name="Bob")
A_FOX = Recipe(
    prompt="a fox",
    model="picturebook",
    digest="d1",
    width=128,
    height=128,
    steps=20,
    guidance=4.0,
    sampler="Euler",
    seed=7,
)


def a_job(
    *,
    id: str = "fox",
    owner: Owner = ALICE,
    key: str | None = None,
    tiles: int = 1,
    price: float = 8.0,
    submitted: datetime = NOON,
) -> Job:
    return Job(
        id=id,
        owner=owner,
        request=ImageRequest(prompt="a fox", count=tiles),
        tiles=tuple(
            Tile(index=index, recipe=replace(A_FOX, seed=7 + index)) for index in range(tiles)
        ),
        price=price,
        submitted=submitted,
        key=key,
    )


def pictures_of(job: Job, *, seconds: float = 1.5) -> list[Picture]:
    return [
        Picture(
            recipe=tile.recipe,
            png=f"{job.id} {tile.index}".encode(),
            seconds=seconds,
            notes=("slices",),
        )
        for tile in job.tiles
    ]


async def begun_job(ledger: Ledger, job: Job, *, until: datetime = MUCH_LATER) -> Job:
    """As somebody paints it who has it until then."""
    await ledger.record(job)
    return await ledger.begin(job.id, "a painter", until)


async def painted_job(ledger: Ledger, job: Job, *, painted: datetime = LATER) -> None:
    begun = await begun_job(ledger, job, until=FOR_EVER)
    await ledger.finish(job.id, begun.attempt, pictures_of(job), painted)
