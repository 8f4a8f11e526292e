"""Jobs and pictures as programs read them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.web.thumbnails import SIDE
from engine.job import UNFINISHED, Job, Progress, Remembered, Status, Tile
from engine.place import Place
from engine.prompt import write_prompt
from engine.request import ImageRequest


class Told(BaseModel):
    """Made by us, so that nothing in it is checked twice."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ToldPlace(Told):
    """While `paused` nobody knows when."""

    ahead: int
    seconds: float
    arrives: datetime
    paused: bool


class ToldTile(Told):
    """`picture` is where it can be had once it is there, and `preview` where it is as yet."""

    tile: int
    prompt: str
    negative: str
    model: str
    seed: int
    width: int
    height: int
    steps: int
    sampler: str
    guidance: float
    step: int
    of: int
    preview: str | None
    picture: str | None
    number: int | None
    favourite: bool
    seconds: float | None
    notes: list[str]


class ToldJob(Told):
    """`command` is all of it as it can be typed; `request` is what was said and no more."""

    id: str
    status: Status
    prompt: str
    command: str
    request: dict[str, Any]
    price: float
    cost: float | None
    submitted: datetime
    place: ToldPlace | None
    progress: float
    problem: str | None
    tiles: list[ToldTile]


class ToldPicture(Told):
    """A picture of history, which people call by its `number`."""

    number: int
    job: str
    tile: int
    prompt: str
    negative: str
    model: str
    seed: int
    width: int
    height: int
    steps: int
    sampler: str
    guidance: float
    seconds: float
    painted: datetime
    favourite: bool
    notes: list[str]
    picture: str
    thumbnail: str
    """The picture itself where it is small."""


def told_job(
    job: Job,
    *,
    now: datetime,
    place: Place | None = None,
    latest: Sequence[Progress] = (),
    pictures: Sequence[Remembered] = (),
) -> ToldJob:
    """`latest` is how far its tiles are that are being painted, `pictures` what is done."""
    steps = {step.tile: step for step in latest}
    done = {picture.tile: picture for picture in pictures}
    tiles = [
        _told_tile(job, tile, steps.get(tile.index), done.get(tile.index)) for tile in job.tiles
    ]
    return ToldJob(
        id=job.id,
        status=_status_of(job, latest),
        prompt=job.request.prompt,
        command=write_prompt(job.request),
        request=told_request(job.request),
        price=round(job.price, 2),
        cost=None if job.status in UNFINISHED else round(job.cost, 2),
        submitted=job.submitted,
        place=told_place(place, now) if place else None,
        progress=round(sum(tile.step for tile in tiles) / sum(tile.of for tile in tiles), 4),
        problem=job.problem or None,
        tiles=tiles,
    )


def told_place(place: Place, now: datetime) -> ToldPlace:
    seconds = max(0.0, place.seconds)
    return ToldPlace(
        ahead=place.ahead,
        seconds=round(seconds, 1),
        arrives=later(now, seconds),
        paused=place.paused,
    )


def later(now: datetime, seconds: float) -> datetime:
    """To the second, which is more than anybody knows."""
    return datetime.fromtimestamp(round(now.timestamp() + seconds), now.tzinfo)


def told_request(request: ImageRequest) -> dict[str, Any]:
    return request.model_dump(mode="json", exclude_defaults=True)


def told_picture(picture: Remembered) -> ToldPicture:
    return ToldPicture(
        number=picture.number,
        job=picture.job,
        tile=picture.tile,
        seconds=round(picture.seconds, 3),
        painted=picture.painted,
        favourite=picture.favourite,
        notes=list(picture.notes),
        picture=address_of(picture.job, picture.tile),
        thumbnail=_thumbnail_of(picture),
        **_facts(picture),
    )


def address_of(job: str, tile: int) -> str:
    return f"/v1/jobs/{job}/tiles/{tile}.png"


def _thumbnail_of(picture: Remembered) -> str:
    if max(picture.recipe.final_size) <= SIDE:
        return address_of(picture.job, picture.tile)
    return f"/v1/jobs/{picture.job}/tiles/{picture.tile}/thumbnail.webp"


def _told_tile(job: Job, tile: Tile, step: Progress | None, done: Remembered | None) -> ToldTile:
    of = tile.recipe.told_steps
    preview = None
    if step and step.preview and not done:
        preview = f"/v1/jobs/{job.id}/tiles/{tile.index}/preview.png?step={step.step}"
    return ToldTile(
        tile=tile.index,
        step=of if done else min(of, step.step) if step else 0,
        of=of,
        preview=preview,
        picture=address_of(job.id, tile.index) if done else None,
        number=done.number if done else None,
        favourite=bool(done and done.favourite),
        seconds=round(done.seconds, 3) if done else None,
        notes=list(done.notes) if done else [],
        **_facts(done or tile),
    )


def _facts(of: Tile | Remembered) -> Mapping[str, Any]:
    recipe = of.recipe
    width, height = recipe.final_size
    return {
        "prompt": recipe.prompt,
        "negative": recipe.negative,
        "model": recipe.model,
        "seed": recipe.seed,
        "width": width,
        "height": height,
        "steps": recipe.steps,
        "sampler": recipe.sampler,
        "guidance": recipe.guidance,
    }


def _status_of(job: Job, latest: Sequence[Progress]) -> Status:
    # The first steps are told before the ledger is read again.
    return Status.PAINTING if job.status is Status.QUEUED and latest else job.status
