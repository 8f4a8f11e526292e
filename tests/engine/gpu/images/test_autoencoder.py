"""Autoencoders that overflow in half precision are asked again in full."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BytesIO
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import PaintingFailed
from engine.gpu.family import Family
from engine.gpu.images.autoencoder import NO_PICTURE, NOTHING_SEEN, RESCUED, SEEN_RESCUED
from tests.engine.gpu import tiny
from tests.engine.gpu.together import Sitting, family_of, paint_together, picture_file, recipe

FILES = {"source": picture_file(1), "mask": picture_file(2, "L")}
OVER: Mapping[str, Any] = {"image": "source", "strength": 0.6}
HALVES = [torch.float16, torch.bfloat16]


@pytest.fixture(scope="module")
def half() -> Family:
    """A model of its own, since precisions are changed."""
    return family_of(tiny.pipeline())


@pytest.fixture(autouse=True)
def _full(half: Family) -> Iterator[None]:
    yield
    half.pipe.vae.to(torch.float32)


@contextmanager
def overflowing(*parts: torch.nn.Module, in_full: bool = False) -> Iterator[None]:
    """The parts answer with no numbers in half precision, or always."""

    def spoil(_: Any, inputs: tuple[torch.Tensor, ...], answer: torch.Tensor) -> torch.Tensor:
        bad = in_full or inputs[0].dtype != torch.float32
        return torch.full_like(answer, float("nan")) if bad else answer

    with ExitStack() as stack:
        for part in parts:
            stack.callback(part.register_forward_hook(spoil).remove)
        yield


def paint(family: Family, **changes: Any) -> Sitting:
    (sitting,) = paint_together(family, [recipe(**changes)], sources=FILES)
    return sitting


def pixels(sitting: Sitting) -> torch.Tensor:
    image = sitting.painted.image
    return torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).float()


@pytest.mark.parametrize("precision", HALVES)
def test_half_precision_that_suffices_is_kept(half: Family, precision: torch.dtype) -> None:
    full = paint(half)
    half.pipe.vae.to(precision)

    sitting = paint(half)

    assert sitting.painted.notes == ()
    assert half.pipe.vae.dtype == precision
    assert float((pixels(sitting) - pixels(full)).abs().mean()) < 3


@pytest.mark.parametrize("precision", HALVES)
def test_a_picture_that_overflows_is_decoded_in_full_precision(
    half: Family, precision: torch.dtype
) -> None:
    half.pipe.vae.to(precision)
    before = {name: weight.clone() for name, weight in half.pipe.vae.state_dict().items()}

    with overflowing(half.pipe.vae.decoder):
        sitting = paint(half)

    assert sitting.painted.notes == (RESCUED,)
    assert half.pipe.vae.dtype == precision
    for name, weight in half.pipe.vae.state_dict().items():
        assert torch.equal(weight, before[name])
    half.pipe.vae.to(torch.float32)
    assert torch.equal(pixels(sitting), pixels(paint(half)))


def test_a_picture_that_is_none_in_full_precision_either_is_told(half: Family) -> None:
    half.pipe.vae.to(torch.bfloat16)

    with overflowing(half.pipe.vae.decoder, in_full=True):
        sitting = paint(half)

    assert isinstance(sitting.outcome, PaintingFailed)
    assert str(sitting.outcome) == NO_PICTURE
    assert half.pipe.vae.dtype == torch.bfloat16


def test_running_out_of_memory_on_the_way_puts_the_precision_back(half: Family) -> None:
    half.pipe.vae.to(torch.bfloat16)

    def full(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        if inputs[0].dtype == torch.float32:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with overflowing(half.pipe.vae.decoder), ExitStack() as stack:
        stack.callback(half.pipe.vae.decoder.register_forward_pre_hook(full).remove)
        sitting = paint(half, width=64)

    assert "does not fit into the memory" in str(sitting.outcome)
    assert half.pipe.vae.dtype == torch.bfloat16


@pytest.mark.parametrize("mask", [None, "mask"])
@pytest.mark.parametrize("precision", HALVES)
def test_an_image_that_overflows_is_encoded_in_full_precision(
    half: Family, precision: torch.dtype, mask: str | None
) -> None:
    full = paint(half, mask=mask, **OVER)
    half.pipe.vae.to(precision)

    with overflowing(half.pipe.vae.encoder):
        sitting = paint(half, mask=mask, **OVER)

    assert sitting.painted.notes == (SEEN_RESCUED,)
    assert half.pipe.vae.dtype == precision
    # But for the weights, which were rounded; above all the same noise was drawn.
    assert torch.allclose(sitting.latents, full.latents, rtol=0.1, atol=0.2)


def test_what_a_network_for_inpainting_sees_is_rescued_too() -> None:
    family = family_of(tiny.pipeline(inpaints=True))
    family.pipe.vae.to(torch.bfloat16)

    with overflowing(family.pipe.vae.encoder):
        sitting = paint(family, image="source", mask="mask")

    assert sitting.painted.notes == (SEEN_RESCUED,)


def test_an_image_that_is_nothing_in_full_precision_either_is_told(half: Family) -> None:
    with overflowing(half.pipe.vae.encoder, in_full=True):
        over = paint(half, **OVER)
        plain = paint(half)

    assert isinstance(over.outcome, PaintingFailed)
    assert str(over.outcome) == NOTHING_SEEN
    assert plain.painted


def test_a_network_that_answers_with_no_numbers_fails_that_tile_only(half: Family) -> None:
    calls: list[int] = []

    def spoil(_: Any, __: Any, answer: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        """In the third of the forwards that the two share, the rows of the second."""
        (rows,) = answer
        calls.append(len(rows))
        if len(calls) == 3:
            rows = torch.cat([rows[:2], torch.full_like(rows[2:], float("inf"))])
        return (rows,)

    recipes = [recipe(seed=1, steps=4), recipe(seed=2, steps=4)]
    handle = half.network.register_forward_hook(spoil)
    try:
        healthy, sick = paint_together(half, recipes)
    finally:
        handle.remove()

    assert calls == [4, 4, 4, 4]
    assert isinstance(sick.outcome, PaintingFailed)
    assert str(sick.outcome).startswith("The picture fell apart while it was painted.")
    assert str(sick.outcome).endswith("Try less guidance, more steps or another sampler.")
    untouched, _ = paint_together(half, recipes)
    assert torch.equal(healthy.latents, untouched.latents)


def test_pictures_come_back_from_the_numbers_that_stand_for_them(half: Family) -> None:
    picture = Image.open(BytesIO(FILES["source"])).convert("RGB")

    signal = half.autoencoder.signal(picture)

    assert signal.shape == (1, 3, 64, 64)
    assert float(signal.min()) == -1.0
    assert float(signal.max()) == 1.0
