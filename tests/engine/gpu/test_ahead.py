"""What schedulers do in main memory and on the card comes to the same, and nobody waits for it."""

import pytest
import torch

from engine.gpu.ahead import SentAhead
from tests.engine.gpu.pretended import META, Waited, card

CPU = torch.device("cpu")


def test_equations_have_the_same_solution() -> None:
    left = torch.tensor([[1.0, 1.0], [-0.6, 1.0]])
    right = torch.tensor([0.4, 0.3])

    with SentAhead(CPU):
        solved = torch.linalg.solve(left, right)

    assert torch.equal(solved, torch.linalg.solve(left, right))


def test_of_what_is_there_the_same_places_are_taken() -> None:
    sigmas = torch.tensor([3.0, 2.0, 1.0])

    with SentAhead(CPU):
        taken = sigmas[[2, 0]]
        others = sigmas[1:], sigmas[torch.tensor([1])], sigmas[[True, False, True]]

    assert taken.tolist() == [1.0, 3.0]
    assert [other.tolist() for other in others] == [[2.0, 1.0], [2.0], [3.0, 1.0]]


def test_a_list_of_places_is_not_sent() -> None:
    with torch.no_grad(), card() as seen:
        there = torch.ones(3, device=META)

        with SentAhead(META):
            there[[1]]

    assert torch.ops.aten.index not in seen.asked


@torch.no_grad()
def test_what_would_be_waited_for_is_caught_elsewhere() -> None:
    with card():
        there, here = torch.ones(2, 2, device=META), torch.ones(2)

        with pytest.raises(Waited, match="looks"):
            torch.linalg.solve(there, there[0])
        with pytest.raises(Waited, match="sent"):
            here.to(META)
        with SentAhead(META):
            assert torch.linalg.solve(there, here.to(META)).device == META
