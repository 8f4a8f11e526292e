"""What is told, when, and what it costs while nobody listens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.web.events import Hub, rest
from bot.web.feed import MOST_TOPICS
from bot.web.reader import Reader
from engine.errors import StorageFailed
from engine.job import Job, Owner
from engine.request import ImageRequest
from engine.watch import Subject
from tests.engine.house import House, open_house, until
from tests.storage.samples import ALICE, BOB


async def named(job: Job) -> bytes:
    await asyncio.sleep(0)
    return f'"{job.request.prompt}"'.encode()


@asynccontextmanager
async def open_hub(house: House, show: Callable[[Job], object] = named) -> AsyncIterator[Hub]:
    hub = Hub(
        line=house.line,
        ledger=house.ledger,
        places=house.studio.places,
        show=show,  # type: ignore[arg-type]  # tests show what they like
        gap_s=0,
        look_gap_s=0,
        pause_s=0,
    )
    yield hub
    await hub.close()


async def heard(reader: Reader, words: str) -> str:
    """All that it is told until it is told that."""
    told = ""
    while words not in told:
        told += (await anext(reader)).decode()
    return told


async def submit(house: House, owner: Owner = ALICE, prompt: str = "a fox") -> str:
    return (await house.studio.submit(ImageRequest(prompt=prompt), owner)).job.id


def watched(house: House) -> bool:
    """Whether anybody hears of changes."""
    return bool(house.line.watch._watchers)


async def test_while_nobody_listens_nothing_is_done() -> None:
    async with open_house(working=False) as house, open_hub(house):
        before = asyncio.all_tasks()
        await submit(house)

        assert not watched(house)
        assert asyncio.all_tasks() == before


async def test_once_the_last_one_left_no_round_is_made_any_more() -> None:
    shown: list[Job] = []

    async def show(job: Job) -> bytes:
        shown.append(job)
        return b"{}"

    async with open_house(working=False) as house, open_hub(house, show) as hub:
        before = asyncio.all_tasks()
        reader = hub.open(ALICE.id)
        await submit(house)
        await heard(reader, "event: job")
        hub.leave(reader)
        await until(lambda: asyncio.all_tasks() == before)
        await submit(house)
        await asyncio.sleep(0)

        assert len(shown) == 1


async def test_who_comes_back_is_told_what_was_noted_meanwhile() -> None:
    async with open_house(working=False) as house, open_hub(house) as hub:
        first = hub.open(ALICE.id)
        await heard(first, "event: queue")
        hub.leave(first)
        number = hub.number(ALICE.id)
        await submit(house, prompt="a fox")

        assert "reset" not in await heard(hub.open(ALICE.id, after=number), '"a fox"')


async def test_a_slow_reader_skips_what_is_out_of_date() -> None:
    steps = iter(range(100))

    async def show(_: Job) -> bytes:
        return b"%d" % next(steps)

    async with open_house(working=False) as house, open_hub(house, show) as hub:
        slow, quick = hub.open(ALICE.id), hub.open(ALICE.id)
        job = await submit(house)
        for step in range(5):
            house.line.watch.tell(Subject.PROGRESS, ALICE.id, job)
            await heard(quick, f"event: job\ndata: {step}\n")
        told = await heard(slow, "event: job")

    assert told.count("event: job") == 1
    assert "data: 4\n" in told


async def test_all_who_read_of_the_same_are_given_the_same_bytes() -> None:
    async with open_house(working=False) as house, open_hub(house) as hub:
        readers = [hub.open(ALICE.id) for _ in range(3)]
        for reader in readers:
            await heard(reader, "event: queue")
        await submit(house)
        given = [await anext(reader) for reader in readers]

    assert b"a fox" in given[0]
    assert all(frames is given[0] for frames in given)


async def test_a_job_of_which_nobody_knows_whose_it_is_is_told_to_its_owner() -> None:
    async with open_house(working=False) as house, open_hub(house) as hub:
        job = await submit(house)
        hers, his = hub.open(ALICE.id), hub.open(BOB.id)
        await heard(hers, "a fox")
        house.line.watch.tell(Subject.JOB, None, job)
        house.line.watch.tell(Subject.JOB, None, "one that there never was")
        await heard(hers, "a fox")
        await submit(house, BOB, "a cat")

        assert "fox" not in await heard(his, "a cat")


async def test_a_database_that_is_away_delays_what_is_told_and_loses_nothing() -> None:
    away = [StorageFailed("The database is away.")] * 3

    async def show(job: Job) -> bytes:
        if away:
            raise away.pop()
        return await named(job)

    async with open_house(working=False) as house, open_hub(house, show) as hub:
        reader = hub.open(ALICE.id)
        await submit(house)

        await heard(reader, "a fox")


async def test_what_cannot_be_told_of_one_job_keeps_nobody_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def show(job: Job) -> bytes:
        if job.request.prompt == "a bug":
            raise RuntimeError("a bug")
        return await named(job)

    async with open_house(working=False) as house, open_hub(house, show) as hub:
        await submit(house, prompt="a bug")
        await submit(house, prompt="a fox")

        await heard(hub.open(ALICE.id), "a fox")

    assert "RuntimeError" in caplog.text


async def test_with_too_much_to_tell_everything_is_to_be_asked_for_again() -> None:
    async with open_house(working=False, limit=10 * MOST_TOPICS) as house, open_hub(house) as hub:
        reader = hub.open(ALICE.id)
        await heard(reader, "event: queue")
        for number in range(MOST_TOPICS + 1):
            house.line.watch.tell(Subject.PICTURE, ALICE.id, str(number), "deleted")

        told = await heard(reader, "event: reset")

    assert "event: picture" not in told


def test_the_more_readers_there_are_the_less_often_each_is_told() -> None:
    assert rest(1, 0.25) == rest(125, 0.25) == 0.25
    assert rest(1000, 0.25) == 2.0


async def test_what_is_remembered_is_bounded() -> None:
    async with open_house(working=False) as house, open_hub(house) as hub:
        reader = hub.open(ALICE.id)
        first = hub.number(ALICE.id)
        for number in range(3 * MOST_TOPICS):
            house.line.watch.tell(Subject.PICTURE, ALICE.id, str(number), "deleted")
            await heard(reader, f'"number":{number},')
        late = hub.open(ALICE.id, after=first)
        feed = reader.feed

        assert len(feed._events) <= MOST_TOPICS
        assert "event: reset" in await heard(late, "event:")


async def test_numbers_grow_over_restarts() -> None:
    async with open_house(working=False) as house:
        async with open_hub(house) as before:
            reader = before.open(ALICE.id)
            await submit(house)
            await heard(reader, "a fox")
            last = before.number(ALICE.id)
        async with open_hub(house) as after:
            assert after.number(ALICE.id) > last
            assert "event: reset" in await heard(after.open(ALICE.id, after=last), "event:")


async def test_a_closed_hub_ends_its_readers_and_takes_no_more() -> None:
    async with open_house(working=False) as house, open_hub(house) as hub:
        reader = hub.open(ALICE.id)
        await heard(reader, "event: queue")
        await hub.close()

        assert [frames async for frames in reader] == []
        assert [frames async for frames in hub.open(ALICE.id)] == []
        assert not watched(house)


async def test_what_happened_is_remembered_from_when_the_last_reader_left() -> None:
    async with open_house(working=False) as house, open_hub(house) as hub:
        hub.leave(hub.open(ALICE.id))
        first = hub._forgetting[ALICE.id]
        hub.leave(hub.open(ALICE.id))
        second = hub._forgetting[ALICE.id]
        hub.number(ALICE.id)

        assert first.cancelled()
        assert second.cancelled()
        assert not hub._forgetting[ALICE.id].cancelled()
        assert hub._forgetting[ALICE.id].when() >= second.when() >= first.when()
