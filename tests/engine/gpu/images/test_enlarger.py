"""Finished pictures are made larger, and nothing else is done to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.addon import Kind
from engine.errors import OutOfMemory, PaintingFailed
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.images.enlarger import Enlarger, in_tiles
from engine.gpu.images.esrgan import Esrgan, esrgan_of
from engine.gpu.warm import Warm
from engine.job import Recipe
from engine.turns import Turns
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import Shelving
from tests.engine.gpu.images.upscalers import FORMS, STYLES, upscaler
from tests.engine.gpu.together import CPU, Sitting, family_of, paint_together, picture_file, recipe

SOURCE = picture_file(1, width=64, height=80)
FILES = {"source": SOURCE}
LANCZOS = Image.Resampling.LANCZOS
PICTURE = Image.open(BytesIO(SOURCE)).convert("RGB")


@pytest.fixture
def shelving(tmp_path: Path) -> Shelving:
    return Shelving(tmp_path)


def by_network(shelving: Shelving, name: str, **changes: Any) -> Recipe:
    digest = shelving.extra(Kind.UPSCALER, name).digest
    asked = {"height": 80, "upscale": 2.0, "upscaler": name, "upscaler_digest": digest, **changes}
    return recipe(**asked)


def enlarged(shelving: Shelving, asked: Recipe, picture: Image.Image = PICTURE) -> Image.Image:
    with torch.inference_mode():
        return Enlarger(CPU, shelving.shelves).enlarged(picture, asked)


def paint(family: Family, shelving: Shelving, *recipes: Recipe) -> list[Sitting]:
    company = Company(
        Warm.of({family.card.name: family}),
        CPU,
        Turns(most_rows=16),
        enlarger=Enlarger(CPU, shelving.shelves),
    )
    sittings = [Sitting(each, FILES) for each in recipes]
    for sitting in sittings:
        company.welcome(sitting.seat)
    while company.busy:
        company.turn()
    return sittings


def array(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.asarray(picture)


def through(network: Esrgan, picture: Image.Image) -> Image.Image:
    """What the network makes of the whole picture, at once."""
    signal = torch.tensor(array(picture)).permute(2, 0, 1)[None] / 255
    levels = (network(signal).clamp(0, 1)[0].permute(1, 2, 0) * 255).round()
    return Image.fromarray(levels.byte().numpy())


@pytest.mark.parametrize(("factor", "size"), [(2.0, (128, 160)), (1.3, (80, 104)), (1.0, (64, 80))])
def test_lanczos_is_pillows_own_over_what_was_painted(
    family: Family, factor: float, size: tuple[int, int]
) -> None:
    asked = recipe(height=80, upscale=factor, exact=True)

    large, plain = (
        paint_together(family, [each])[0] for each in (asked, replace(asked, upscale=1.0))
    )

    resized = plain.painted.image.resize(size, LANCZOS)
    assert large.painted.image.size == asked.final_size == size
    assert np.array_equal(array(large.painted.image), array(resized))
    assert torch.equal(large.latents, plain.latents)
    assert [step for step, _ in large.told] == [1, 2, 3, 4, 5]
    assert asked.told_steps == 5


def test_an_image_that_is_only_enlarged_is_not_painted(family: Family) -> None:
    asked = recipe(height=80, image="source", strength=0.0, upscale=2.0)
    calls: list[int] = []
    handle = family.network.register_forward_pre_hook(lambda *_: calls.append(1))

    try:
        (sitting,) = paint_together(family, [asked], sources=FILES)
    finally:
        handle.remove()

    resized = PICTURE.resize((128, 160), LANCZOS)
    assert np.array_equal(array(sitting.painted.image), array(resized))
    assert sitting.told == []
    assert calls == []
    assert sitting.painted.seconds > 0


def test_an_image_of_another_size_is_fitted_before_it_is_enlarged(family: Family) -> None:
    asked = recipe(image="source", strength=0.0, upscale=2.0)

    (sitting,) = paint_together(family, [asked], sources=FILES)

    fitted = PICTURE.crop((0, 8, 64, 72)).resize((128, 128), LANCZOS)
    assert np.array_equal(array(sitting.painted.image), array(fitted))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("style", STYLES)
def test_a_network_enlarges_as_its_file_says(shelving: Shelving, style: str, form: str) -> None:
    tensors, scale = upscaler(**FORMS[form]), int(form[0])
    shelving.put(Kind.UPSCALER, "sharp", STYLES[style](tensors))
    asked = by_network(shelving, "sharp", upscale=max(1.5, float(scale)))

    picture = enlarged(shelving, asked)

    expected = through(esrgan_of(tensors), PICTURE)
    assert np.array_equal(array(picture), array(expected.resize(asked.final_size, LANCZOS)))
    assert np.array_equal(array(picture), array(expected)) == (scale > 1)


def test_less_than_a_network_makes_is_reduced(shelving: Shelving) -> None:
    tensors = upscaler(ups=2)
    shelving.put(Kind.UPSCALER, "sharp", tensors)

    picture = enlarged(shelving, by_network(shelving, "sharp", upscale=2.0))

    expected = through(esrgan_of(tensors), PICTURE).resize((128, 160), LANCZOS)
    assert np.array_equal(array(picture), array(expected))


def test_a_network_that_makes_too_little_is_asked_again(shelving: Shelving) -> None:
    tensors = upscaler(ups=1)
    shelving.put(Kind.UPSCALER, "sharp", tensors)

    picture = enlarged(shelving, by_network(shelving, "sharp", upscale=3.0))

    network = esrgan_of(tensors)
    signal = torch.tensor(array(PICTURE)).permute(2, 0, 1)[None] / 255
    signal = network(network(signal).clamp(0, 1)).clamp(0, 1)
    twice = Image.fromarray((signal[0].permute(1, 2, 0) * 255).round().byte().numpy())
    assert picture.size == (192, 240)
    assert np.array_equal(array(picture), array(twice.resize((192, 240), LANCZOS)))


# A block sees 15 pixels around, the layers before and after it 3 more, and each shrunk one is two.
@pytest.mark.parametrize(("shrinks", "margin"), [(1, 20), (2, 40)])
def test_tiles_that_see_enough_around_them_make_the_whole(shrinks: int, margin: int) -> None:
    network = esrgan_of(upscaler(shrinks=shrinks, blocks=1))
    signal = torch.rand(1, 3, 120, 88, generator=torch.Generator().manual_seed(0))

    tiled = in_tiles(network, signal, tile=24, margin=margin)

    whole = network(signal)
    assert torch.allclose(tiled, whole, atol=1e-5)
    blind = in_tiles(network, signal, tile=24, margin=0)
    assert not torch.allclose(blind, whole, atol=1e-2)


def test_a_picture_is_painted_and_enlarged_by_a_network(family: Family, shelving: Shelving) -> None:
    tensors = upscaler(ups=1)
    shelving.put(Kind.UPSCALER, "sharp", tensors)
    asked = by_network(shelving, "sharp", exact=True)
    plain = replace(asked, upscale=1.0, upscaler="Lanczos", upscaler_digest="")
    lanczos = replace(plain, upscale=2.0)

    sharp, small, soft = paint(family, shelving, asked, plain, lanczos)

    expected = through(esrgan_of(tensors), small.painted.image)
    assert np.array_equal(array(sharp.painted.image), array(expected))
    assert not np.array_equal(array(sharp.painted.image), array(soft.painted.image))


def test_an_image_is_enlarged_by_a_network_alone(family: Family, shelving: Shelving) -> None:
    tensors = upscaler(ups=1)
    shelving.put(Kind.UPSCALER, "sharp", tensors)

    (sitting,) = paint(
        family, shelving, by_network(shelving, "sharp", image="source", strength=0.0)
    )

    expected = through(esrgan_of(tensors), PICTURE)
    assert np.array_equal(array(sitting.painted.image), array(expected))


def test_a_network_that_is_used_again_is_not_read_again(shelving: Shelving) -> None:
    file = shelving.put(Kind.UPSCALER, "sharp", upscaler(ups=1))
    asked, enlarger = by_network(shelving, "sharp"), Enlarger(CPU, shelving.shelves)
    with torch.inference_mode():
        first = enlarger.enlarged(PICTURE, asked)
        file.unlink()

        second = enlarger.enlarged(PICTURE, asked)

    assert np.array_equal(array(first), array(second))


def test_a_network_that_is_gone_is_told(family: Family, shelving: Shelving) -> None:
    file = shelving.put(Kind.UPSCALER, "sharp", upscaler(ups=1))
    asked = by_network(shelving, "sharp")
    whole = file.read_bytes()

    for content in (b"", whole[: len(whole) // 2], b"\x80\x04pickled"):
        file.write_bytes(content)
        gone, plain = paint(family, shelving, asked, recipe())

        assert isinstance(gone.outcome, PaintingFailed)
        assert "The upscaler “sharp” of that recipe is gone or has changed" in str(gone.outcome)
        assert plain.painted


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"unet.conv_in.weight": torch.zeros(1)}, "no network of the kind ESRGAN"),
        ({name: each for name, each in upscaler().items() if "hr" not in name}, "conv_hr"),
    ],
)
def test_a_file_of_another_kind_is_told(
    family: Family, shelving: Shelving, tensors: Mapping[str, torch.Tensor], reason: str
) -> None:
    shelving.put(Kind.UPSCALER, "odd", dict(tensors))

    other, plain = paint(family, shelving, by_network(shelving, "odd"), recipe())

    assert isinstance(other.outcome, PaintingFailed)
    assert str(other.outcome).startswith("The upscaler “odd” cannot be used: ")
    assert reason in str(other.outcome)
    assert plain.painted


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_network_of_no_numbers_is_told(family: Family, shelving: Shelving, bad: float) -> None:
    tensors = upscaler(ups=1)
    shelving.put(Kind.UPSCALER, "bad", {name: each * bad for name, each in tensors.items()})

    (sitting,) = paint(family, shelving, by_network(shelving, "bad"))

    assert isinstance(sitting.outcome, PaintingFailed)
    assert str(sitting.outcome).startswith("The upscaler “bad” makes no picture of that")


@contextmanager
def room_for(side: int) -> Iterator[list[int]]:
    """Networks that enlarge run out of memory, for real, where they see more than that a side."""
    seen: list[int] = []

    def check(network: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if isinstance(network, Esrgan):
            seen.append(max(inputs[0].shape[-2:]))
            if seen[-1] > side:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    handle = torch.nn.modules.module.register_module_forward_pre_hook(check)
    try:
        yield seen
    finally:
        handle.remove()


def test_where_memory_runs_out_tiles_are_smaller(family: Family, shelving: Shelving) -> None:
    shelving.put(Kind.UPSCALER, "sharp", upscaler(ups=1, blocks=1))
    asked = by_network(shelving, "sharp", image="source", strength=0.0, width=256, height=256)
    (plenty,) = paint(family, shelving, asked)

    with room_for(128) as seen:
        (scarce,) = paint(family, shelving, asked)

    assert seen[:2] == [256, 160]
    assert max(seen[2:]) <= 128
    assert np.allclose(array(scarce.painted.image), array(plenty.painted.image), atol=1)
    assert not family.pipe.vae.use_tiling


def test_where_nothing_helps_it_is_told(shelving: Shelving) -> None:
    # A model of its own, since what is done to it stays.
    family = family_of(tiny.pipeline())
    shelving.put(Kind.UPSCALER, "sharp", upscaler(ups=1))
    asked = by_network(shelving, "sharp", image="source", strength=0.0)

    with room_for(0):
        sitting, plain = paint(family, shelving, asked, recipe())

    assert isinstance(sitting.outcome, OutOfMemory)
    assert "A picture of 128x160 does not fit" in str(sitting.outcome)
    assert plain.painted
