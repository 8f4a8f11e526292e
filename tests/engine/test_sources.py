"""Whose the files are that jobs begin with or follow, and which of them stay."""

import pytest

from engine.errors import NotFound
from engine.request import ImageRequest
from engine.sources import Use, needed, require_own
from engine.wish import ControlWish
from tests.engine.house import open_house
from tests.fakes import a_png
from tests.storage.samples import ALICE, BOB


@pytest.mark.parametrize(
    ("use", "of_alice", "of_nobody"),
    [
        (Use(digest="x", owner=ALICE.id), False, False),
        (Use(digest="x", owner=BOB.id), False, False),
        (Use(digest="x", owner=ALICE.id, waits=True), True, True),
        (Use(digest="x", owner=BOB.id, waits=True), True, True),
        (Use(digest="x", owner=ALICE.id, painted=True), False, True),
        (Use(digest="x", owner=BOB.id, painted=True), True, True),
    ],
)
def test_a_file_stays_for_who_waits_and_for_the_pictures_of_others(
    use: Use, of_alice: bool, of_nobody: bool
) -> None:
    assert bool(needed([use], {"x": ALICE.id})) is of_alice
    assert bool(needed([use], {"x": None})) is of_nobody


def test_what_is_not_ones_own_is_refused_like_what_there_never_was() -> None:
    require_own({"mine"}, {"mine", "mine too"})

    with pytest.raises(NotFound, match="no such picture of yours"):
        require_own({"mine", "strange"}, {"mine"})


async def test_nobody_begins_from_what_somebody_else_uploaded() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        image = await house.studio.keep(a_png(), BOB)
        hers = await house.studio.keep(a_png(colour="blue"), ALICE)
        follows = ControlWish(name="edges", image=image)
        wishes = [
            ImageRequest(prompt="a fox", image=image),
            ImageRequest(prompt="a fox", image=hers, mask=image),
            ImageRequest(prompt="a fox", controls=(follows,)),
            ImageRequest(prompt="a fox", image="0" * 64),
        ]

        for wish in wishes:
            with pytest.raises(NotFound, match="no such picture of yours") as refused:
                await house.studio.submit(wish, ALICE)
            with pytest.raises(NotFound, match=str(refused.value)):
                await house.studio.quote(wish, ALICE)

        assert await (await house.studio.submit(wishes[0], BOB)).pictures()
