"""A picture that somebody has can be asked for once more, by its number alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.card import ModelCard, card_named
from engine.encore import Encore
from engine.errors import InvalidRequest, NotFound
from engine.job import Tile
from engine.request import LARGEST_SEED, ImageRequest
from engine.tiles import tiles_of
from tests.engine.house import House, open_house
from tests.fakes import BOOK, a_png
from tests.storage.samples import ALICE, BOB

WISHES: list[dict[str, Any]] = [
    {},
    {"negative": "rain", "guidance": 3.5, "sampler": "DDIM", "steps": 9, "exact": True},
    {"variation": 0.3, "variation_seed": 5},
    {"upscale": 1.5, "redraw": 0.4, "style": "night", "width": 64, "height": 192},
]


def encore(house: House, card: ModelCard = BOOK) -> Encore:
    """As it is where the model is this one by now."""

    async def tiles(request: ImageRequest) -> Sequence[Tile]:
        return tiles_of(request, card, seed=0)

    return Encore(archive=house.ledger.archive, ledger=house.ledger, tiles=tiles)


async def painted(house: House, request: ImageRequest) -> int:
    house.painter.gate.set()
    ticket = await house.studio.submit(request, ALICE)
    await ticket.pictures()
    return (await house.ledger.pictures(ticket.job.id))[0].number


@pytest.mark.parametrize("wishes", WISHES)
async def test_the_same_picture_is_painted_again(wishes: dict[str, Any]) -> None:
    async with open_house() as house:
        number = await painted(house, ImageRequest(prompt="a {red|blue} fox", **wishes))

        request = await encore(house).again(ALICE, number)
        again = await painted(house, request.model_copy(update={"fresh": True}))

        first, second = [
            await house.ledger.archive.picture(ALICE.id, one) for one in (number, again)
        ]
        assert second.recipe == first.recipe
        assert second.file == first.file


async def test_what_it_was_begun_from_is_taken_again() -> None:
    async with open_house() as house:
        image, mask = [
            await house.studio.keep(a_png(64, 64, name), ALICE) for name in ("red", "white")
        ]
        request = ImageRequest(prompt="a fox", image=image, mask=mask, strength=0.5)
        number = await painted(house, request)

        again = await encore(house).again(ALICE, number)

        assert (again.image, again.mask, again.strength) == (image, mask, 0.5)
        # The shape that the image gave it then is said, whatever would give one now.
        assert (again.width, again.height) == (128, 128)


async def test_another_seed_changes_nothing_else() -> None:
    async with open_house() as house:
        number = await painted(house, ImageRequest(prompt="a fox", seed=7, steps=9))

        same = await encore(house).again(ALICE, number)
        other = await encore(house).again(ALICE, number, seed=8)
        rerolled = [await encore(house).reroll(ALICE, number) for _ in range(4)]

        assert other == same.model_copy(update={"seed": 8})
        assert {one.model_copy(update={"seed": 7}) for one in rerolled} == {same}
        assert len({one.seed for one in rerolled}) > 1


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1])
async def test_a_seed_that_is_none_is_said(seed: int) -> None:
    async with open_house() as house:
        number = await painted(house, ImageRequest(prompt="a fox"))

        with pytest.raises(InvalidRequest, match="seed is a whole number"):
            await encore(house).again(ALICE, number, seed=seed)


async def test_a_model_that_has_changed_can_be_rerolled_but_not_asked_again() -> None:
    async with open_house() as house:
        number = await painted(house, ImageRequest(prompt="a fox", seed=7))
        changed = encore(house, replace(BOOK, digest="d2"))

        with pytest.raises(InvalidRequest, match="The model book has changed since"):
            await changed.again(ALICE, number)

        assert (await changed.reroll(ALICE, number)).prompt == "a fox"


async def test_a_model_that_is_gone_is_said() -> None:
    async with open_house() as house:
        number = await painted(house, ImageRequest(prompt="a fox"))
        other = replace(BOOK, name="other")

        async def tiles(request: ImageRequest) -> Sequence[Tile]:
            return tiles_of(request, card_named(request.model, {"other": other}), seed=0)

        gone = Encore(archive=house.ledger.archive, ledger=house.ledger, tiles=tiles)

        with pytest.raises(InvalidRequest, match="I have no model “book”"):
            await gone.again(ALICE, number)
        with pytest.raises(InvalidRequest, match="I have no model “book”"):
            await gone.reroll(ALICE, number)


async def test_a_source_that_is_gone_is_said_before_anything_is_painted() -> None:
    async with open_house() as house:
        image = await house.studio.keep(a_png(64, 64), ALICE)
        mask = await house.studio.keep(a_png(64, 64, "white"), ALICE)
        number = await painted(house, ImageRequest(prompt="a fox", image=image, mask=mask))
        del house.ledger.files[mask]

        with pytest.raises(NotFound, match="was made from is not kept here any more"):
            await encore(house).again(ALICE, number)
        with pytest.raises(NotFound, match="was made from"):
            await encore(house).reroll(ALICE, number)


async def test_a_strangers_picture_cannot_be_asked_for() -> None:
    async with open_house() as house:
        number = await painted(house, ImageRequest(prompt="a fox"))

        with pytest.raises(NotFound, match="no picture"):
            await encore(house).again(BOB, number)
        with pytest.raises(NotFound, match="no picture"):
            await encore(house).reroll(BOB, number)
