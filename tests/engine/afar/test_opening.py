"""What a node lacks is said before anything is loaded."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.afar.opening import open_on_node
from engine.errors import BadModel, Misconfigured
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
