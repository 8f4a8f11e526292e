"""What people can do with the pictures that they have."""

import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from zipfile import ZipFile

import pytest
from PIL import Image

from engine.errors import Cancelled, NotFound
from engine.gallery import Gallery
from engine.infotext import read_infotext
from engine.job import Owner, Remembered, Status
from engine.request import ImageRequest
from engine.search import Search
from tests.engine.house import House, open_house
from tests.storage.samples import ALICE, BOB


@dataclass
class Hall:
    """A house with its gallery."""

    house: House
    gallery: Gallery

    async def paint(self, prompt: str, owner: Owner = ALICE, *, count: int = 1) -> int:
        """The number of the last picture."""
        ticket = await self.house.studio.submit(
            ImageRequest(prompt=prompt, seed=7, count=count, fresh=True), owner
        )
        await ticket.pictures()
        return (await self.house.ledger.pictures(ticket.job.id))[-1].number


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with open_house() as house:
        house.painter.gate.set()
        gallery = Gallery(
            archive=house.ledger.archive, ledger=house.ledger, withdraw=house.studio.cancel
        )
        yield Hall(house=house, gallery=gallery)


async def test_a_picture_is_shown_with_its_recipe_and_what_it_cost(hall: Hall) -> None:
    number = await hall.paint("a fox")

    shown = await hall.gallery.show(ALICE, number)

    assert (shown.picture.number, shown.cost) == (number, 0.5)
    assert read_infotext(shown.infotext) == shown.picture.recipe
    with Image.open(io.BytesIO(await hall.gallery.file(ALICE, number))) as picture:
        assert read_infotext(picture.info["parameters"]) == shown.picture.recipe


async def test_pages_and_searches_are_of_the_owner_alone(hall: Hall) -> None:
    for prompt in ("a fox", "a cat", "a fox at night"):
        await hall.paint(prompt)
    await hall.paint("bob's fox", BOB)

    first = await hall.gallery.page(ALICE, most=2)
    rest = await hall.gallery.page(ALICE, before=first[-1].number)
    back = await hall.gallery.page(ALICE, after=rest[0].number)
    foxes = await hall.gallery.page(ALICE, Search(words="fox"))

    assert prompts([*first, *rest]) == ["a fox at night", "a cat", "a fox"]
    assert back == first
    assert prompts(foxes) == ["a fox at night", "a fox"]


def prompts(pictures: Sequence[Remembered]) -> list[str]:
    return [picture.recipe.prompt for picture in pictures]


async def test_one_knows_what_is_still_to_come(hall: Hall) -> None:
    await hall.paint("a fox")
    hall.house.painter.gate.clear()
    mine = await hall.house.studio.submit(ImageRequest(prompt="a cat"), ALICE)
    await hall.house.studio.submit(ImageRequest(prompt="a hen"), BOB)

    assert await hall.gallery.unfinished(ALICE) == [mine.job.id]


async def test_a_stranger_sees_nothing(hall: Hall) -> None:
    number = await hall.paint("a fox")

    with pytest.raises(NotFound):
        await hall.gallery.show(BOB, number)
    with pytest.raises(NotFound):
        await hall.gallery.file(BOB, number)
    with pytest.raises(NotFound):
        await hall.gallery.favour(BOB, number)
    with pytest.raises(NotFound):
        await hall.gallery.remove(BOB, [number])

    assert not (await hall.gallery.show(ALICE, number)).picture.favourite


async def test_several_are_deleted_or_none(hall: Hall) -> None:
    first = await hall.paint("a fox")
    second = await hall.paint("a cat")

    with pytest.raises(NotFound, match="999"):
        await hall.gallery.remove(ALICE, [first, 999])
    kept = await hall.gallery.page(ALICE)
    await hall.gallery.remove(ALICE, [first, second])

    assert len(kept) == 2
    assert not await hall.gallery.page(ALICE)


async def test_an_export_holds_every_picture_its_recipe_and_a_manifest(hall: Hall) -> None:
    await hall.paint("a fox", count=3)
    await hall.paint("bob's", BOB)
    last = await hall.paint("a 狐, “quoted”")
    await hall.gallery.favour(ALICE, last)
    file = io.BytesIO()

    exported = await hall.gallery.export(ALICE, file)

    pictures = await hall.gallery.page(ALICE)
    assert (exported.pictures, exported.missing) == (4, [])
    with ZipFile(file) as parcel:
        assert parcel.testzip() is None
        assert len(parcel.namelist()) == 9
        manifest = json.loads(parcel.read("manifest.json"))
        assert [told["number"] for told in manifest] == [one.number for one in pictures]
        assert [told["favourite"] for told in manifest] == [True, False, False, False]
        for told, picture in zip(manifest, pictures, strict=True):
            assert told["recipe"] == json.loads(json.dumps(asdict(picture.recipe)))
            text = parcel.read(f"{picture.number}.txt").decode()
            assert read_infotext(text) == picture.recipe
            with Image.open(io.BytesIO(parcel.read(told["file"]))) as png:
                assert read_infotext(png.info["parameters"]) == picture.recipe


async def test_an_export_holds_only_what_is_looked_for(hall: Hall) -> None:
    await hall.paint("a cat")
    number = await hall.paint("a fox")
    file, nothing = io.BytesIO(), io.BytesIO()

    await hall.gallery.export(ALICE, file, Search(words="fox"))
    exported = await hall.gallery.export(ALICE, nothing, Search(words="dog"))

    with ZipFile(file) as parcel:
        assert parcel.namelist() == [f"{number}.png", f"{number}.txt", "manifest.json"]
    with ZipFile(nothing) as parcel:
        assert json.loads(parcel.read("manifest.json")) == []
    assert exported.pictures == 0


async def test_an_export_says_whose_files_are_gone(hall: Hall) -> None:
    first = await hall.paint("a fox")
    second = await hall.paint("a cat")
    del hall.house.ledger.files[(await hall.gallery.show(ALICE, first)).picture.file]
    file = io.BytesIO()

    exported = await hall.gallery.export(ALICE, file)

    assert (exported.pictures, exported.missing) == (1, [first])
    with ZipFile(file) as parcel:
        assert parcel.namelist() == [f"{second}.png", f"{second}.txt", "manifest.json"]


async def test_whoever_takes_an_export_slowly_holds_one_picture_at_a_time(hall: Hall) -> None:
    await hall.paint("a fox", count=3)
    file = io.BytesIO()
    sizes: list[int] = []

    async def taken() -> None:
        sizes.append(file.tell())

    await hall.gallery.export(ALICE, file, after_each=taken)

    assert len(sizes) == 3
    assert sizes == sorted(set(sizes))


async def test_an_export_of_more_than_a_page_is_whole(hall: Hall) -> None:
    for _ in range(8):
        await hall.paint("a fox", count=16)
    file = io.BytesIO()

    exported = await hall.gallery.export(ALICE, file)

    assert exported.pictures == 128
    with ZipFile(file) as parcel:
        assert len(set(parcel.namelist())) == 257


async def test_to_be_forgotten_withdraws_what_has_not_ended(hall: Hall) -> None:
    await hall.paint("a fox")
    hall.house.painter.gate.clear()
    painting = await hall.house.studio.submit(ImageRequest(prompt="a secret", count=4), ALICE)
    bobs = await hall.house.studio.submit(ImageRequest(prompt="bob's"), BOB)

    await hall.gallery.forget(ALICE)
    hall.house.painter.gate.set()

    with pytest.raises(Cancelled):
        await painting.pictures()
    job = await hall.house.ledger.job(painting.job.id)
    assert (job.status, job.request.prompt) == (Status.CANCELLED, "forgotten")
    assert not await hall.gallery.page(ALICE)
    assert await bobs.pictures()
