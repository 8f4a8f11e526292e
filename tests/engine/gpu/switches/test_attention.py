"""The kernel of attention is chosen by measurement, where one is worth it."""

from collections.abc import Iterator

import pytest
import torch

from engine.gpu.switches.attention import CANDIDATES, Attention, quickest


@pytest.mark.parametrize(
    ("usual", "candidates", "best"),
    [
        (1.0, {"flash": 0.9, "cudnn": 0.8}, "cudnn"),
        (1.0, {"flash": 0.99, "cudnn": 1.2}, None),
        (1.0, {}, None),
    ],
)
def test_the_quickest_is_taken_where_it_gains(
    usual: float, candidates: dict[str, float], best: str | None
) -> None:
    assert quickest(usual, candidates) == best


def test_each_is_measured_with_itself_in_force() -> None:
    attention = Attention()
    asked: set[str | None] = set()
    times = {None: 1.0, "flash": 0.9, "cudnn": 0.5, "efficient": 2.0}

    def seconds() -> float:
        asked.add(attention.kernel)
        return times[attention.kernel]

    attention.choose(seconds)

    assert attention.kernel == "cudnn"
    assert asked == {None, *CANDIDATES}


def test_a_kernel_that_cannot_do_it_is_left_out() -> None:
    attention = Attention()

    def seconds() -> float:
        if attention.kernel == "cudnn":
            raise RuntimeError("No available kernel. Aborting execution.")
        return {None: 1.0, "flash": 0.6, "efficient": 0.9}[attention.kernel]

    attention.choose(seconds)

    assert attention.kernel == "flash"


def test_the_first_time_of_each_does_not_count() -> None:
    attention = Attention()
    first: set[str | None] = set()

    def seconds() -> float:
        if attention.kernel not in first:
            first.add(attention.kernel)
            return 60.0
        return 0.5 if attention.kernel == "flash" else 1.0

    attention.choose(seconds)

    assert attention.kernel == "flash"


@pytest.mark.parametrize("kernel", [None, *CANDIDATES])
def test_whatever_is_chosen_computes_attention(kernel: str | None) -> None:
    generator = torch.Generator().manual_seed(0)
    queries, keys, values = (torch.randn(1, 2, 8, 16, generator=generator) for _ in range(3))
    expected = torch.nn.functional.scaled_dot_product_attention(queries, keys, values)
    attention = Attention()
    attention.kernel = kernel

    attention.put_in_force()
    answer = torch.nn.functional.scaled_dot_product_attention(queries, keys, values)

    assert torch.allclose(answer, expected, atol=1e-6)


def flags() -> tuple[object, ...]:
    return (
        torch.backends.cuda.flash_sdp_enabled(),
        torch.backends.cuda.mem_efficient_sdp_enabled(),
        torch.backends.cuda.math_sdp_enabled(),
        tuple(torch._C._get_sdp_priority_order()),
    )


def test_torchs_own_choice_is_as_it_was() -> None:
    before = flags()
    attention = Attention()

    attention.kernel = "cudnn"
    attention.put_in_force()
    during = flags()
    attention.kernel = None
    attention.put_in_force()

    assert during != before
    assert flags() == before


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    Attention().put_in_force()
