"""Which tile of the line goes next, by the real dispatcher."""

from dataclasses import dataclass, replace

from engine.crew import MOST_PASSED, Crew
from engine.gate import Gate
from engine.job import Owner
from engine.request import ImageRequest
from tests.engine.house import open_house, until
from tests.fakes import BOOK, FakePainter

PHOTO = replace(BOOK, name="photo", digest="d2")


@dataclass
class Loaded(FakePainter):
    """Has one of its models loaded."""

    loaded: frozenset[str] = frozenset({BOOK.name})

    @property
    def warm(self) -> frozenset[str]:
        return self.loaded


def a_painter(name: str, *loaded: str) -> Loaded:
    cards = {BOOK.name: BOOK, PHOTO.name: PHOTO}
    return Loaded(name=name, cards=cards, seats=1, loaded=frozenset(loaded))


async def painted(crew: Crew, painter: FakePainter, models: list[str]) -> list[str]:
    """With which models it paints, one after the other, what these asked for in that order."""
    async with open_house(crew=crew, painter=painter) as house:
        house.line.gate = Gate.PAUSED
        for number, model in enumerate(models):
            request = ImageRequest(prompt=f"picture {number}", model=model)
            await house.studio.submit(request, Owner(id=f"discord:{number}"))
        painter.gate.set()
        house.line.gate = Gate.OPEN
        house.line.bell.set()
        await until(lambda: len(painter.painted) == len(models))
    return [recipe.model for recipe in painter.painted]


async def test_one_whose_model_is_not_loaded_is_passed_by_so_many_and_no_more() -> None:
    one = a_painter("one", BOOK.name)

    order = await painted(Crew(one), one, [PHOTO.name, *[BOOK.name] * (MOST_PASSED + 4)])

    assert order.index(PHOTO.name) == MOST_PASSED


async def test_where_all_are_loaded_whoever_came_first_goes_first() -> None:
    one = a_painter("one", BOOK.name, PHOTO.name)
    asked = [PHOTO.name, BOOK.name, BOOK.name, PHOTO.name, BOOK.name]

    assert await painted(Crew(one), one, asked) == asked


async def test_each_goes_to_who_has_its_model() -> None:
    book, photo = a_painter("book", BOOK.name), a_painter("photo", PHOTO.name)
    async with open_house(crew=Crew(book, photo), painter=book) as house:
        house.line.gate = Gate.PAUSED
        for number, model in enumerate([PHOTO.name, PHOTO.name, BOOK.name]):
            request = ImageRequest(prompt=f"picture {number}", model=model)
            await house.studio.submit(request, Owner(id=f"discord:{number}"))
        house.line.gate = Gate.OPEN
        house.line.bell.set()
        await until(lambda: bool(book.painting and photo.painting))

    assert [recipe.prompt for recipe in photo.painting] == ["picture 0"]
    assert [recipe.prompt for recipe in book.painting] == ["picture 2"]
