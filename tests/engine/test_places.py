"""The places of many jobs, found in one walk along the queue."""

from datetime import timedelta

from engine.forecast import places
from engine.job import Owner
from engine.request import ImageRequest
from tests.engine.house import Clock, House, open_house, until


async def fill(house: House, clock: Clock) -> list[str]:
    """Jobs of several people and sizes, some of them a long time ago."""
    names = []
    for number in range(24):
        request = ImageRequest(prompt="a fox", count=1 + number % 3, steps=2 + number % 5)
        ticket = await house.studio.submit(request, Owner(id=f"discord:{number % 5}"))
        names.append(ticket.job.id)
        clock.now += timedelta(seconds=40)
    return names


async def test_they_are_those_that_each_would_be_told_alone() -> None:
    clock = Clock()
    async with open_house(seats=3, now=clock) as house:
        names = await fill(house, clock)
        await until(lambda: len(house.painter.painting) == 3)
        alone = {name: place for name in names if (place := house.studio.place(name))}
        together = house.studio.places(names)

        assert {name: place.ahead for name, place in together.items()} == {
            name: place.ahead for name, place in alone.items()
        }
        assert all(
            abs(place.seconds - alone[name].seconds) < 1e-6 for name, place in together.items()
        )
        assert 0 < len(together) < len(names)


async def test_who_is_far_back_is_left_out_rather_than_told_a_part() -> None:
    clock = Clock()
    async with open_house(working=False, now=clock) as house:
        names = await fill(house, clock)
        now = clock().timestamp()
        whole = places(house.line, names, now)
        front = places(house.line, names, now, most=20)

        assert 0 < len(front) < len(whole) == len(names)
        assert all(whole[name] == until for name, until in front.items())


async def test_only_those_that_were_asked_for_are_told() -> None:
    clock = Clock()
    async with open_house(working=False, now=clock) as house:
        names = await fill(house, clock)

        assert set(house.studio.places([names[5], "nobody's"])) == {names[5]}


async def test_a_job_that_was_begun_stands_nowhere() -> None:
    async with open_house(seats=1) as house:
        ticket = await house.studio.submit(
            ImageRequest(prompt="a fox", count=3), Owner(id="discord:1")
        )
        await until(lambda: len(house.painter.painting) == 1)

        assert house.studio.places([ticket.job.id]) == {}
