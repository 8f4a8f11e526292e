"""A job's life in every ledger: the one on SQLite and its double in memory promise the same."""

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from engine.archive import Archive
from engine.errors import NotFound
from engine.job import Job, Recipe, Status, Tile
from engine.ports import Ledger
from engine.request import ImageRequest
from engine.wish import ControlWish, ReferenceWish
from tests.engine.recipes import EVERYTHING
from tests.storage.samples import (
    A_FOX,
    ALICE,
    BOB,
    LATER,
    MUCH_LATER,
    NOON,
    a_job,
    painted_job,
    pictures_of,
)


async def test_a_job_comes_back_as_it_went_in(ledger: Ledger) -> None:
    strange = "ein “Fuchs”\n\tin 雪 🦊, '{a|b}' \\ \"q\"; DROP TABLE jobs; --%s"
    job = Job(
        owner=replace(ALICE, name="Zoë\n🦊"),
        request=ImageRequest(
            prompt=strange,
            negative="rain\r\n",
            model="picturebook",
            aspect=(16, 9),
            steps=30,
            guidance=6.5,
            sampler="DPM++ 2M Karras",
            seed=2**32 - 1,
            count=2,
            style="ink",
            image="0" * 64,
            strength=0.1,
            mask="1" * 64,
            exact=True,
            fresh=True,
        ),
        tiles=(
            Tile(index=0, recipe=A_FOX),
            Tile(
                index=3,
                recipe=Recipe(
                    prompt=strange,
                    negative="rain\r\n",
                    model="other",
                    digest="d2",
                    width=512,
                    height=768,
                    steps=150,
                    guidance=0.1 + 0.2,
                    sampler="LCM",
                    seed=2**32 - 1,
                    image="0" * 64,
                    strength=1 / 3,
                    mask="1" * 64,
                    exact=True,
                ),
            ),
        ),
        price=0.1 + 0.2,
        submitted=NOON.replace(microsecond=123456),
        key="discord:99",
        origin="discord",
        attempt=2,
        spent=1 / 3,
        problem="it was dark\nand stormy",
    )

    recorded = await ledger.record(job)

    assert recorded == job
    assert await ledger.job(job.id) == job


async def test_a_recipe_with_everything_comes_back_as_it_went_in(ledger: Ledger) -> None:
    request = ImageRequest(
        prompt="a fox",
        image="a" * 64,
        mask="b" * 64,
        outpaint=(0, 64, 128, 8),
        guidance_end=0.6,
        cache=3,
        rescale=0.7,
        clip_skip=2,
        variation=0.2,
        variation_seed=7,
        upscale=1.5,
        upscaler="4x-UltraSharp",
        redraw=0.4,
        controls=(ControlWish(name="edges", image="1" * 64, preprocessor="canny", start=0.1),),
        references=(ReferenceWish(name="look", image="5" * 64),),
    )
    job = replace(a_job(), request=request, tiles=(Tile(index=0, recipe=EVERYTHING),))

    await painted_job(ledger, job)

    kept = await ledger.job(job.id)
    assert (kept.request, kept.tiles) == (request, job.tiles)
    [picture] = await ledger.pictures(job.id)
    assert picture.recipe == EVERYTHING
    assert await ledger.painted(ALICE.id, EVERYTHING) == picture


async def test_a_size_comes_back_as_it_went_in(ledger: Ledger) -> None:
    job = replace(a_job(), request=ImageRequest(prompt="a fox", width=512, height=768))

    await ledger.record(job)

    assert await ledger.job(job.id) == job


async def test_times_come_back_in_utc(ledger: Ledger) -> None:
    in_tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    job = a_job(submitted=in_tokyo)

    recorded = await ledger.record(job)
    await ledger.begin(job.id, "a painter", in_tokyo)
    await ledger.finish(job.id, 1, pictures_of(job), in_tokyo)

    assert recorded.submitted.tzinfo is UTC
    assert (await ledger.job(job.id)).submitted.tzinfo is UTC
    assert (await ledger.job(job.id)).submitted == NOON
    [picture] = await ledger.pictures(job.id)
    assert (picture.painted, picture.painted.tzinfo) == (NOON, UTC)


async def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    naive = NOON.replace(tzinfo=None)
    await ledger.record(a_job())

    with pytest.raises(ValueError, match="time zone"):
        await ledger.record(a_job(id="hen", submitted=naive))
    with pytest.raises(ValueError, match="time zone"):
        await ledger.begin("fox", "a painter", naive)
    with pytest.raises(ValueError, match="time zone"):
        await ledger.beat({"fox": 1}, naive)
    with pytest.raises(ValueError, match="time zone"):
        await ledger.finish("fox", 1, pictures_of(a_job()), naive)
    with pytest.raises(ValueError, match="time zone"):
        await ledger.end("fox", Status.CANCELLED, "", now=naive)
    with pytest.raises(ValueError, match="time zone"):
        await ledger.take_back(naive)


async def test_a_key_seen_before_answers_the_job_of_then(ledger: Ledger) -> None:
    first = await ledger.record(a_job(id="first", key="click"))

    second = await ledger.record(a_job(id="second", key="click", price=99))

    assert second == first
    with pytest.raises(NotFound):
        await ledger.job("second")


async def test_a_key_seen_before_answers_the_job_as_it_is_by_now(ledger: Ledger) -> None:
    await painted_job(ledger, a_job(id="first", key="click"))

    second = await ledger.record(a_job(id="second", key="click"))

    assert (second.id, second.status) == ("first", Status.DONE)


async def test_a_key_is_its_owners_alone(ledger: Ledger) -> None:
    await ledger.record(a_job(id="fox", owner=ALICE, key="click"))

    other = await ledger.record(a_job(id="cat", owner=BOB, key="click"))

    assert other.id == "cat"
    assert [job.id for job in await ledger.unfinished()] == ["cat", "fox"]


async def test_a_key_finds_its_job(ledger: Ledger) -> None:
    await ledger.record(a_job(id="fox", owner=ALICE, key="click"))

    found = await ledger.seen(ALICE.id, "click")

    assert found is not None
    assert found.id == "fox"
    assert await ledger.seen(ALICE.id, "clack") is None
    assert await ledger.seen(BOB.id, "click") is None


async def test_hurried_clicks_with_one_key_are_one_job(ledger: Ledger) -> None:
    clicks = [ledger.record(a_job(id=f"click {n}", key="click")) for n in range(8)]

    recorded = await asyncio.gather(*clicks)

    [only] = await ledger.unfinished()
    assert {job.id for job in recorded} == {only.id}


async def test_jobs_without_a_key_are_all_kept(ledger: Ledger) -> None:
    await ledger.record(a_job(id="fox"))
    await ledger.record(a_job(id="hen"))

    assert [job.id for job in await ledger.unfinished()] == ["fox", "hen"]


@pytest.mark.parametrize("key", [None, "another click"])
async def test_one_job_is_not_recorded_twice(ledger: Ledger, key: str | None) -> None:
    await ledger.record(a_job())

    with pytest.raises(ValueError, match="recorded already"):
        await ledger.record(a_job(key=key, price=99))

    assert (await ledger.job("fox")).price == a_job().price


async def test_who_never_was_is_not_found(ledger: Ledger, archive: Archive) -> None:
    with pytest.raises(NotFound):
        await ledger.job("ghost")
    with pytest.raises(NotFound):
        await ledger.begin("ghost", "a painter", LATER)
    with pytest.raises(NotFound):
        await ledger.finish("ghost", 1, [], LATER)
    with pytest.raises(NotFound):
        await ledger.end("ghost", Status.CANCELLED, "", now=LATER)
    assert not await ledger.beat({"ghost": 1}, LATER)
    assert not await ledger.pictures("ghost")
    assert not await archive.page("ghost")


async def test_the_oldest_unfinished_job_comes_first(ledger: Ledger) -> None:
    minutes = {"c": 2, "a": 3, "d": 1, "b": 1, "failed": 0, "done": 0}
    for name, minute in minutes.items():
        await ledger.record(a_job(id=name, submitted=NOON + timedelta(minutes=minute)))
    for name in ["c", "done"]:
        await ledger.begin(name, "a painter", MUCH_LATER)
    await ledger.end("failed", Status.FAILED, "", now=LATER)
    await ledger.finish("done", 1, pictures_of(a_job(id="done")), LATER)

    unfinished = await ledger.unfinished()

    assert [job.id for job in unfinished] == ["b", "d", "c", "a"]
