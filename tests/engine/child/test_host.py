"""The child's side without a process around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.child.host import Engine, Host, host
from engine.child.messages import (
    Close,
    Failed,
    FromChild,
    Grown,
    Loaded,
    Look,
    Paint,
    Painted,
    Ready,
    Seen,
    ToChild,
)
from engine.child.mishap import mishap_of
from engine.child.orders import Orders
from engine.errors import BadModel, PainterLost, PaintingFailed
from tests.engine.child.fake_child import MADE, QUICKER, VITALS, FakeEngine
from tests.engine.child.nursery import Changes, hearing, orders, recipe, soon

NO_MODEL = BadModel("There is no such model.")


@asynccontextmanager
async def open_fake(asked: Orders) -> AsyncIterator[Engine]:
    if "bad" in asked.models:
        raise NO_MODEL
    yield Engine(painter=FakeEngine(asked.models), look=lambda: VITALS)


async def until_painted(said: list[FromChild], news: Changes, pictures: int) -> None:
    await news.until(lambda: sum(isinstance(each, Painted) for each in said) == pictures)


async def answers(*asked: ToChild) -> tuple[int, list[FromChild]]:
    """The exit code, and all that was said."""
    said: list[FromChild] = []
    inbox = asyncio.Queue[ToChild]()
    for message in asked:
        inbox.put_nowait(message)
    return await soon(host(open_fake, inbox, said.append)), said


async def test_it_says_what_it_paints_with_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    engine = FakeEngine(["book", "other"])

    code, said = await answers(orders(tmp_path, "book", "other"), Close())

    assert code == 0
    assert said == [
        Ready(cards=engine.cards, seats=3, curves=engine.curves),
        Loaded(models=("book",)),
    ]


async def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    assert await answers(orders(tmp_path, "bad")) == (1, [Failed(mishap=mishap_of(NO_MODEL))])


async def test_an_engine_that_is_lost_is_the_end(tmp_path: Path) -> None:
    asked = Paint(number=1, recipe=recipe("lose"), sources={}, facts={})

    code, said = await answers(orders(tmp_path), asked)

    assert code == 1
    assert isinstance(said[-1], Failed)
    assert said[-1].mishap.kind == PainterLost.__name__


@pytest.mark.parametrize("message", [Look(number=1), Close()])
async def test_nothing_is_done_before_there_are_orders(message: ToChild) -> None:
    with hearing() as heard:
        code, said = await answers(message)

    assert code == 1
    (failed,) = said
    assert isinstance(failed, Failed)
    assert failed.mishap.kind == PaintingFailed.__name__
    ((record, _),) = heard.saying("met a bug")
    assert record.exc_info
    assert "before there were orders" in str(record.exc_info[1])


async def test_what_is_warm_is_said_where_it_is_another(tmp_path: Path) -> None:
    said: list[FromChild] = []
    news, inbox = Changes(), asyncio.Queue[ToChild]()

    def send(message: FromChild) -> None:
        said.append(message)
        news()

    hosting = asyncio.create_task(host(open_fake, inbox, send))
    inbox.put_nowait(orders(tmp_path, "book", "other"))
    for number, model in enumerate(["book", "other", "other"], start=1):
        asked = recipe(model=model)
        inbox.put_nowait(Paint(number=number, recipe=asked, sources={}, facts={}))
        await until_painted(said, news, number)
    inbox.put_nowait(Close())
    await soon(hosting)

    loaded = [message.models for message in said if isinstance(message, Loaded)]
    assert loaded == [("book",), ("book", "other")]


async def test_what_was_made_ready_is_said_once_before_the_picture(tmp_path: Path) -> None:
    said: list[FromChild] = []
    news, inbox = Changes(), asyncio.Queue[ToChild]()

    def send(message: FromChild) -> None:
        said.append(message)
        news()

    hosting = asyncio.create_task(host(open_fake, inbox, send))
    inbox.put_nowait(orders(tmp_path, "book"))
    for number, prompt in enumerate(["a fox", "grow", "a fox"], start=1):
        inbox.put_nowait(Paint(number=number, recipe=recipe(prompt), sources={}, facts={}))
        await until_painted(said, news, number)
    inbox.put_nowait(Close())
    await soon(hosting)

    told = [type(message) for message in said if isinstance(message, Painted | Grown)]
    assert told == [Painted, Grown, Painted, Painted]
    assert Grown(made={"book": (MADE,)}, curves={"book": (QUICKER,)}) in said


async def test_what_was_made_ready_while_nobody_painted_is_said_with_a_sign_of_life() -> None:
    said: list[FromChild] = []
    news, inbox = Changes(), asyncio.Queue[ToChild]()
    painter = FakeEngine(["book"])

    def send(message: FromChild) -> None:
        said.append(message)
        news()

    hosting = asyncio.create_task(
        Host(Engine(painter=painter, look=lambda: VITALS), inbox, send).run()
    )
    await news.until(lambda: bool(said))
    painter.grow()
    inbox.put_nowait(Look(number=1))
    await news.until(lambda: any(isinstance(each, Seen) for each in said))
    inbox.put_nowait(Close())
    await soon(hosting)

    assert Grown(made={"book": (MADE,)}, curves={"book": (QUICKER,)}) in said
