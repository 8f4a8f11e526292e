"""Previews: what the picture will be, cheaply."""

from io import BytesIO
from typing import Any

import pytest
import torch
from PIL import Image

from engine.gpu.preview import Colours, estimate, fit, small_png
from engine.gpu.samplers import scheduler_for
from engine.sampler import sampler_named
from tests.engine.gpu import tiny


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction", "sample"])
def test_the_estimate_undoes_the_noise_that_was_added(kind: str) -> None:
    scheduler = scheduler_for(sampler_named("DDIM"), tiny.NOISE, 5)
    clean, noise = torch.randn(2, 1, 4, 8, 8).unbind()
    time = scheduler.timesteps[2]
    noisy = scheduler.add_noise(clean, noise, time.reshape(1))
    answer = {
        "epsilon": noise,
        "v_prediction": scheduler.get_velocity(clean, noise, time.reshape(1)),
        "sample": clean,
    }[kind]

    assert torch.allclose(estimate(kind, time, scheduler, noisy, answer), clean, atol=1e-4)


def test_the_colours_of_latents_are_found_again() -> None:
    latents = torch.randn(6, 8, 8, 8)
    truth = torch.randn(8, 3)
    colours = torch.einsum("nchw,cr->nrhw", latents, truth) + 0.5

    matrix = fit(latents, colours)

    assert torch.allclose(matrix[:-1], truth, atol=0.02)
    assert torch.allclose(matrix[-1], torch.full((3,), 0.5), atol=0.02)


def test_any_autoencoder_has_colours(pipe: Any) -> None:
    with torch.inference_mode():
        picture = Colours.of(pipe.vae).picture(torch.randn(1, 4, 8, 16))

    assert picture.size == (16, 8)


def test_a_preview_is_a_small_png_of_the_same_shape() -> None:
    file = small_png(Image.new("RGB", (16, 8)))

    picture = Image.open(BytesIO(file))
    assert (picture.format, picture.size) == ("PNG", (128, 64))
