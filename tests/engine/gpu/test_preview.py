"""Previews: what the picture will be, cheaply."""

import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.gpu.film import developed, exposed
from engine.gpu.preview import Colours, Previews, estimate, fit, open_previews, small_png
from engine.gpu.samplers import samplers_that_fit, scheduler_for
from engine.gpu.tiny_decoder import TinyDecoder
from engine.sampler import SAMPLERS, Noise, sampler_named
from tests.engine.gpu import tiny
from tests.engine.gpu.decoders import decoder
from tests.engine.gpu.pretended import META
from tests.engine.gpu.pretended import card as pretended_card
from tests.engine.gpu.together import CARD, CPU

FLOWING = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "num_train_timesteps": 1000,
    "shift": 3.0,
}

OFFERED = samplers_that_fit(tiny.NOISE)


def clean_and_noise() -> tuple[torch.Tensor, torch.Tensor]:
    clean, noise = torch.randn(2, 1, 4, 8, 8, generator=torch.Generator().manual_seed(0)).unbind()
    return clean, noise


def apart(found: torch.Tensor, clean: torch.Tensor) -> float:
    return float((found - clean).norm() / clean.norm())


def exactness(time: torch.Tensor) -> float:
    """Samplers either tell the network a time between two, or round it and know better."""
    return 1e-3 if float(time) % 1 else 1e-2


def draws_noise(sampler: str) -> bool:
    return sampler.endswith(" a") or any(
        word in sampler for word in (" a ", "SDE", "LCM", "TCD", "DDPM")
    )


class Broken(Colours):
    """Fails whatever it is shown."""

    def __init__(self, problem: Callable[[], Exception]) -> None:
        self._problem = problem

    def signal(self, latents: torch.Tensor) -> torch.Tensor:
        raise self._problem()


def picture_of(film: torch.Tensor) -> Image.Image:
    picture = developed(film)
    assert picture is not None
    return picture


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction", "sample"])
def test_the_estimate_undoes_the_noise_that_was_added(kind: str) -> None:
    scheduler = scheduler_for(sampler_named("DDIM"), tiny.NOISE, 5)
    clean, noise = clean_and_noise()
    time = scheduler.timesteps[2]
    noisy = scheduler.add_noise(clean, noise, time.reshape(1))
    answer = {
        "epsilon": noise,
        "v_prediction": scheduler.get_velocity(clean, noise, time.reshape(1)),
        "sample": clean,
    }[kind]

    assert torch.allclose(estimate(kind, time, scheduler, noisy, answer), clean, atol=1e-4)


@pytest.mark.parametrize("sampler", [name for name in OFFERED if not draws_noise(name)])
def test_the_estimate_sees_through_every_step_of_a_sampler(sampler: str) -> None:
    scheduler = scheduler_for(sampler_named(sampler), tiny.NOISE, 7)
    clean, noise = clean_and_noise()
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)
    latents = scheduler.add_noise(clean, noise, scheduler.timesteps[:1])

    # A network that always sees the noise that was added leads straight to the picture.
    for time in scheduler.timesteps:
        shown = scheduler.scale_model_input(latents, time)
        found = estimate("epsilon", time, scheduler, shown, noise)
        latents = scheduler.step(noise, time, latents, return_dict=False)[0]

        assert apart(found, clean) < exactness(time), float(time)


@pytest.mark.parametrize("sampler", [name for name in OFFERED if draws_noise(name)])
def test_the_estimate_knows_the_noise_at_every_time_of_a_sampler(sampler: str) -> None:
    times = scheduler_for(sampler_named(sampler), tiny.NOISE, 7).timesteps
    clean, noise = clean_and_noise()

    for place, time in enumerate(times):
        scheduler = scheduler_for(sampler_named(sampler), tiny.NOISE, 7)
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(place)
        noisy = scheduler.add_noise(clean, noise, time.reshape(1))
        shown = scheduler.scale_model_input(noisy, time)
        found = estimate("epsilon", time, scheduler, shown, noise)

        assert apart(found, clean) < exactness(time), float(time)


@pytest.mark.parametrize(
    "sampler", [name for name, sampler in SAMPLERS.items() if sampler.solver(Noise.FLOW)]
)
def test_the_estimate_follows_a_flow_to_its_end(sampler: str) -> None:
    scheduler = scheduler_for(sampler_named(sampler), FLOWING, 5)
    clean, noise = clean_and_noise()

    for time in scheduler.timesteps:
        sigma = time / 1000
        shown = (1 - sigma) * clean + sigma * noise
        kind = scheduler.config.get("prediction_type", "flow_prediction")

        assert torch.allclose(
            estimate(kind, time, scheduler, shown, noise - clean), clean, atol=1e-4
        )


@torch.no_grad()
def test_the_estimate_sends_nothing_to_the_card() -> None:
    """Where a painting began from a picture, samplers have taken what they know there."""
    scheduler = scheduler_for(sampler_named("DDIM"), tiny.NOISE, 5)
    scheduler.alphas_cumprod = scheduler.alphas_cumprod.to(META)
    latents = torch.ones(1, 4, 8, 8, device=META)

    with pretended_card() as there:
        seen = estimate("epsilon", scheduler.timesteps[1], scheduler, latents, latents)

    assert seen.device == META
    assert not there.sent
    assert torch.ops.aten.index not in there.asked


def test_the_colours_of_latents_are_found_again() -> None:
    latents = torch.randn(6, 8, 8, 8)
    truth = torch.randn(8, 3)
    colours = torch.einsum("nchw,cr->nrhw", latents, truth) + 0.5

    matrix = fit(latents, colours)

    assert torch.allclose(matrix[:-1], truth, atol=0.02)
    assert torch.allclose(matrix[-1], torch.full((3,), 0.5), atol=0.02)


@torch.inference_mode()
def test_any_autoencoder_has_colours(pipe: Any) -> None:
    picture = picture_of(exposed(Colours.of(pipe.vae, CPU).signal(torch.randn(1, 4, 8, 16))))

    assert picture.size == (16, 8)


@pytest.mark.parametrize(
    ("painted", "small"),
    [((16, 8), (128, 64)), ((192, 96), (192, 96)), ((128, 512), (64, 256))],
)
def test_a_preview_is_a_small_png_of_the_same_shape(
    painted: tuple[int, int], small: tuple[int, int]
) -> None:
    file = small_png(Image.new("RGB", painted))

    picture = Image.open(BytesIO(file))
    assert (picture.format, picture.size) == ("PNG", small)


@torch.inference_mode()
def test_the_small_decoder_is_taken_where_it_lies_and_fine_previews_are_wanted(
    pipe: Any, decoders_dir: Path
) -> None:
    latents, answer = torch.randn(2, 1, 4, 8, 8).unbind()
    scheduler = scheduler_for(sampler_named("Euler"), tiny.NOISE, 5)
    sizes = {}

    for detail in ("fast", "fine"):
        previews = open_previews(
            detail, every=4, card=CARD, vae=pipe.vae, device=CPU, models_dir=decoders_dir
        )
        assert previews is not None
        film = previews.film(scheduler, scheduler.timesteps[0], latents, answer)
        assert film is not None
        sizes[detail] = picture_of(film).size

    assert sizes == {"fast": (8, 8), "fine": (64, 64)}


@torch.inference_mode()
def test_without_a_small_decoder_fine_previews_are_colours(pipe: Any, tmp_path: Path) -> None:
    previews = open_previews(
        "fine", every=4, card=CARD, vae=pipe.vae, device=CPU, models_dir=tmp_path
    )

    scheduler = scheduler_for(sampler_named("Euler"), tiny.NOISE, 5)
    assert previews is not None
    film = previews.film(scheduler, scheduler.timesteps[0], *torch.randn(2, 1, 4, 8, 8))
    assert film is not None
    assert picture_of(film).size == (8, 8)


def test_previews_that_are_off_are_none(pipe: Any, decoders_dir: Path) -> None:
    assert (
        open_previews("off", every=4, card=CARD, vae=pipe.vae, device=CPU, models_dir=decoders_dir)
        is None
    )


def test_a_preview_is_due_after_so_many_whole_steps() -> None:
    previews = Previews(Broken(RuntimeError), every=3)

    due = [step for step in range(10) if previews.due(step, step + 1)]

    assert due == [2, 5, 8]
    # Some samplers take two looks for a step.
    assert not previews.due(3, 3)


def test_a_preview_that_fails_is_left_out_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    previews = Previews(Broken(lambda: torch.OutOfMemoryError("no room")), every=1)
    scheduler = scheduler_for(sampler_named("Euler"), tiny.NOISE, 5)
    asked = (scheduler, scheduler.timesteps[0], *torch.randn(2, 1, 4, 8, 8))

    with caplog.at_level(logging.DEBUG, logger="engine.gpu.preview"):
        pictures = [previews.film(*asked) for _ in range(3)]

    assert pictures == [None, None, None]
    assert len(caplog.records) == 1


@torch.inference_mode()
def test_a_preview_that_overflows_is_left_out() -> None:
    network = decoder()
    network.decoder.layers[0].bias.fill_(float("inf"))
    scheduler = scheduler_for(sampler_named("Euler"), tiny.NOISE, 5)
    asked = (scheduler, scheduler.timesteps[0], *torch.randn(2, 1, 4, 8, 8))

    film = Previews(TinyDecoder(network), every=1).film(*asked)

    assert film is not None
    assert developed(film) is None


def test_a_card_in_disorder_is_not_taken_for_a_failed_preview() -> None:
    previews = Previews(Broken(lambda: torch.AcceleratorError("illegal access")), every=1)
    scheduler = scheduler_for(sampler_named("Euler"), tiny.NOISE, 5)

    with pytest.raises(torch.AcceleratorError):
        previews.film(scheduler, scheduler.timesteps[0], *torch.randn(2, 1, 4, 8, 8))
