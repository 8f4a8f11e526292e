"""The kernel of attention is chosen by measurement, where one is worth it."""

from collections.abc import Iterator

import pytest
import torch
from torch.nn.attention import SDPBackend

from engine.gpu.switches.attention import CANDIDATES, Attention, quickest
from tests.engine.gpu import tiny
from tests.engine.gpu.together import family_of, paint_together, picture_file, recipe


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


def test_each_is_measured_by_itself() -> None:
    asked: list[str] = []
    times = {"": 1.0, "flash": 0.9, "cudnn": 0.5, "efficient": 2.0}

    def seconds() -> float:
        asked.append(alone())
        return times[asked[-1]]

    attention = Attention()
    attention.choose(seconds)

    assert attention.kernel == "cudnn"
    assert set(asked) == {"", *CANDIDATES}


def test_a_kernel_that_cannot_do_it_is_left_out() -> None:
    def seconds() -> float:
        if alone() == "cudnn":
            raise RuntimeError("No available kernel. Aborting execution.")
        return {"": 1.0, "flash": 0.6, "efficient": 0.9}[alone()]

    attention = Attention()
    attention.choose(seconds)

    assert attention.kernel == "flash"


def test_the_first_time_of_each_does_not_count() -> None:
    first: set[str] = set()

    def seconds() -> float:
        if alone() not in first:
            first.add(alone())
            return 60.0
        return 0.5 if alone() == "flash" else 1.0

    attention = Attention()
    attention.choose(seconds)

    assert attention.kernel == "flash"


def test_the_chosen_one_comes_first_and_what_can_do_everything_last() -> None:
    attention = Attention()
    attention.kernel = "efficient"

    attention.put_in_force()

    first, *_, last = torch._C._get_sdp_priority_order()[:4]
    assert (first, last) == (SDPBackend.EFFICIENT_ATTENTION.value, SDPBackend.MATH.value)
    assert torch.backends.cuda.math_sdp_enabled()


def test_what_the_chosen_one_cannot_do_torch_does_by_its_own_choice() -> None:
    before, attention = flags(), Attention()
    attention.kernel = "cudnn"

    def work() -> torch.Tensor:
        if flags() != before:
            raise RuntimeError("cuDNN Frontend error: No execution plans support the graph.")
        return torch.ones(1)

    assert attention.used(work) == 1

    attention.put_in_force()
    assert flags() != before, "it is asked again where it can"


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("out of memory"), torch.AcceleratorError("lost")]
)
def test_what_no_kernel_would_mend_is_not_tried_again(error: RuntimeError) -> None:
    asked: list[None] = []
    attention = Attention()
    attention.kernel = "cudnn"

    def work() -> torch.Tensor:
        asked.append(None)
        raise error

    with pytest.raises(type(error)):
        attention.used(work)

    assert len(asked) == 1


PARTS = ("text_encoder", "vae.encoder", "unet", "vae.decoder")


@pytest.mark.parametrize("part", PARTS)
def test_no_part_is_computed_as_another_model_wants_it(part: str) -> None:
    family, other = family_of(tiny.pipeline()), Attention()
    family.attention.kernel, other.kernel = "efficient", "flash"
    seen: list[int] = []

    for name in PARTS:
        root, _, within = name.partition(".")
        module = family.pipe.components[root].get_submodule(within)
        if name == part:
            module.register_forward_pre_hook(lambda *_: seen.append(first_in_force()))
        else:
            module.register_forward_hook(lambda *_: other.put_in_force())
    other.put_in_force()
    paint_together(family, [recipe(image="source", steps=2)], sources={"source": picture_file()})

    assert set(seen) == {SDPBackend.EFFICIENT_ATTENTION.value}


def first_in_force() -> int:
    order: list[int] = torch._C._get_sdp_priority_order()
    return order[0]


def alone() -> str:
    """The one that is in force without the others; nothing where torch chooses."""
    allowed = {
        "flash": torch.backends.cuda.flash_sdp_enabled(),
        "cudnn": torch.backends.cuda.cudnn_sdp_enabled(),
        "efficient": torch.backends.cuda.mem_efficient_sdp_enabled(),
    }
    names = [name for name, so in allowed.items() if so]
    return "" if torch.backends.cuda.math_sdp_enabled() else " ".join(names)


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
