"""A smoke run of the teaching: a moment instead of hours, so it learns next to nothing."""

from pathlib import Path

import pytest
import torch

from engine.picturebook.check import WEIGHTS
from engine.picturebook.train import Minutes, train
from engine.picturebook.unet import Pupil
from engine.picturebook.vae import as_signal, pictures

A_MOMENT = Minutes(vae=0.001, text=0.001, unet=0.001, polish=0.001)
FEW = 16
"""Pictures to learn from."""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder, taught for a moment."""
    folder = tmp_path_factory.mktemp("picturebook")
    train(folder, minutes=A_MOMENT, bank_size=FEW)
    return folder


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_what_is_written_is_a_stable_diffusion_pipeline_that_paints(taught: Path) -> None:
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(taught / "weights", local_files_only=True)
    pipe.set_progress_bar_config(disable=True)

    (image,) = pipe.to(torch.float32)("a red circle", num_inference_steps=2).images

    assert image.size == (128, 128)
    weights = [*(taught / "weights").rglob("*.safetensors")]
    assert len(weights) == 3
    assert sum(file.stat().st_size for file in (taught / "weights").rglob("*.*")) < 12_000_000


@pytest.mark.slow
def test_a_second_start_goes_on_where_the_first_stopped(taught: Path) -> None:
    once = Pupil(taught / "unet.pt").steps

    train(taught, minutes=A_MOMENT, bank_size=FEW)

    assert Pupil(taught / "unet.pt").steps > once >= 1


def test_the_denoiser_gets_better(taught: Path) -> None:
    pupil = Pupil(taught / "elsewhere.pt")
    generator = torch.Generator().manual_seed(0)
    noisy = torch.randn(2, 8, 8, 8, generator=generator)
    states = torch.randn(2, 77, 128, generator=generator)
    target = torch.randn(2, 8, 8, 8, generator=generator) * 0.1 + 1

    losses = [pupil.learn(noisy, torch.full((2,), 500), states, target) for _ in range(6)]

    assert losses[-1] < losses[0] / 2


def test_the_autoencoder_has_standard_channels(taught: Path) -> None:
    from diffusers import AutoencoderKL

    vae = AutoencoderKL.from_pretrained(taught / "vae")
    drawn = as_signal(pictures(FEW, seed=0))

    with torch.no_grad():
        latents = vae.encode(drawn).latent_dist.mean

    assert latents.std((0, 2, 3)).sub(1).abs().max() < 0.05


def test_it_can_begin_with_the_weights_that_ship(tmp_path: Path) -> None:
    nothing = Minutes(vae=0, text=0, unet=0, polish=0)

    written = train(tmp_path, minutes=nothing, bank_size=FEW, begin=WEIGHTS)

    assert "_name_or_path" not in (written / "vae" / "config.json").read_text()
    for part in ("unet", "vae"):
        (file,) = (WEIGHTS / part).glob("*.safetensors")
        assert (written / part / file.name).read_bytes() == file.read_bytes()
