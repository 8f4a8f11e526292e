"""What a node lacks is said before anything is loaded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import torch

from engine.afar.opening import open_on_node
from engine.child.host import Engine
from engine.child.orders import Orders
from engine.errors import BadModel, Misconfigured, PainterLost
from tests.engine.child.fake_child import open_fake
from tests.engine.child.nursery import orders


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card here")
async def test_a_node_that_sees_no_card_paints_nothing_slowly(tmp_path: Path) -> None:
    asked = replace(orders(tmp_path), device="cuda:0")

    with pytest.raises(Misconfigured, match="sees no card on the node"):
        async with open_on_node(asked):
            pytest.fail("it cannot paint")


async def test_a_model_that_is_not_there_is_told_as_everywhere(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="nothing"):
        async with open_on_node(replace(orders(tmp_path, "nothing"), device="cpu")):
            pytest.fail("it cannot paint")


@asynccontextmanager
async def without_a_package(orders: Orders) -> AsyncIterator[Engine]:
    import_module("easels_that_nobody_has")
    async with open_fake(orders) as engine:
        yield engine


async def test_a_package_that_the_node_lacks_is_named(tmp_path: Path) -> None:
    asked = replace(orders(tmp_path), device="cpu")

    with pytest.raises(
        Misconfigured, match=r"The node has no easels_that_nobody_has. Set Easel up there"
    ):
        async with open_on_node(asked, open_engine=without_a_package):
            pytest.fail("it cannot paint")


async def test_the_engine_learns_how_the_painting_ended(tmp_path: Path) -> None:
    learned: list[type[BaseException]] = []

    @asynccontextmanager
    async def curious(orders: Orders) -> AsyncIterator[Engine]:
        try:
            async with open_fake(orders) as engine:
                yield engine
        except PainterLost as error:
            learned.append(type(error))
            raise

    with pytest.raises(PainterLost):
        async with open_on_node(replace(orders(tmp_path), device="cpu"), open_engine=curious):
            raise PainterLost("The painter broke down.")

    assert learned == [PainterLost]
