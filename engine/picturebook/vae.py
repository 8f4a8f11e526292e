"""Teaches the autoencoder: pictures to 16x16 latents and back with clean outlines."""

import copy
import logging
import math
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from engine.picturebook.parts import blank_vae
from engine.picturebook.threads import SpareCores
from engine.picturebook.world import draw_scene, render

log = logging.getLogger(__name__)

CROP = 64
PEAK_RATE = 2e-3
# How far off the latents of a polishing lesson are, in deviations of a latent.
MOST_OFF = 0.35


def pictures(count: int, seed: int) -> torch.Tensor:
    """That many drawings as bytes, `count x 3 x 128 x 128`."""
    rng = random.Random(seed)
    drawn = np.stack([np.asarray(render(draw_scene(rng), rng)) for _ in range(count)])
    return torch.from_numpy(drawn).permute(0, 3, 1, 2).contiguous()


def as_signal(picture_bytes: torch.Tensor) -> torch.Tensor:
    return picture_bytes.float() / 127.5 - 1


def weights_of(drawn: torch.Tensor) -> torch.Tensor:
    """What stands in front of the background counts five times: it is small and looked at."""
    edge = drawn[..., :3].float().mean(-1, keepdim=True)
    front = ((drawn.float() - edge).abs().amax(1, keepdim=True) > 30).float()
    return 1 + 4 * functional.max_pool2d(front, 3, stride=1, padding=1)


def edge_loss(made: torch.Tensor, true: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Outlines are what people look at, so differences of neighbours count beside the values."""
    across = (made.diff(dim=-1) - true.diff(dim=-1)).abs() * weights[..., 1:]
    down = (made.diff(dim=-2) - true.diff(dim=-2)).abs() * weights[..., 1:, :]
    return across.mean() + down.mean()


def sharpness(vae: AutoencoderKL, true: torch.Tensor) -> float:
    """Peak signal to noise in decibel."""
    with torch.no_grad():
        made = vae.decode(vae.encode(true).latent_dist.mean).sample.clamp(-1, 1)
    return float((10 * torch.log10(4 / ((made - true) ** 2).mean((1, 2, 3)))).mean())


def teach(minutes: float, folder: Path, bank: int, seed: int = 0) -> None:
    """Crops first, whole pictures last; the running average of the weights is kept."""
    torch.manual_seed(seed)
    drawn = _weighted(pictures(bank, seed))
    vae = blank_vae().to(memory_format=torch.channels_last)

    def loss(share: float) -> torch.Tensor:
        chosen = _batch(drawn, whole=share > 0.75)
        return _coding_loss(vae, as_signal(chosen[:, :3]), chosen[:, 3:].float())

    average = _lesson(vae, list(vae.parameters()), loss, minutes=minutes, seed=seed)
    standardise(average, as_signal(drawn[:512, :3]))
    average.save_pretrained(folder)


def polish(minutes: float, folder: Path, bank: int, seed: int = 7) -> AutoencoderKL:
    """Teach the decoder to make clean outlines of latents that are a little off.

    The denoiser's are. The encoder stays as it is, since the denoiser was taught by it.
    """
    torch.manual_seed(seed)
    drawn = _weighted(pictures(bank, seed))
    vae = AutoencoderKL.from_pretrained(folder).to(memory_format=torch.channels_last)
    latents = _latents(vae, drawn)

    def loss(share: float) -> torch.Tensor:
        chosen = torch.randint(len(drawn), (8,))
        true, clean = drawn[chosen], latents[chosen]
        if share < 0.5:
            x, y = (8 * int(v) for v in torch.randint(0, 9, (2,)))
            chosen = torch.randint(len(drawn), (24,))
            true = drawn[chosen, :, y : y + CROP, x : x + CROP]
            clean = latents[chosen, :, y // 8 : (y + CROP) // 8, x // 8 : (x + CROP) // 8]
        off = MOST_OFF * torch.rand(len(clean), 1, 1, 1) * torch.randn_like(clean)
        noisy = (clean + off).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            made = vae.decode(noisy).sample
        return _picture_loss(made.float(), as_signal(true[:, :3]), true[:, 3:].float())

    learning = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    average = _lesson(vae, learning, loss, minutes=minutes, seed=seed)
    average.save_pretrained(folder)
    return average


def _lesson(
    vae: AutoencoderKL,
    learning: list[torch.nn.Parameter],
    loss_at: Callable[[float], torch.Tensor],
    *,
    minutes: float,
    seed: int,
) -> AutoencoderKL:
    """Learn for that long at a rate that falls to nothing; answers the average of the weights."""
    vae.train()
    average = copy.deepcopy(vae).eval()
    unseen, spare = as_signal(pictures(24, seed + 1)), SpareCores()
    optimizer = torch.optim.AdamW(learning, lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=1e-4)
    started = reported = time.monotonic()
    step = 0
    while (share := (time.monotonic() - started) / max(60 * minutes, 1e-9)) < 1:
        fallen = 0.5 * (1 + math.cos(math.pi * share)) * 0.98 + 0.02
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * min(1.0, (step + 1) / 50) * fallen
        loss = loss_at(share)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        step += 1
        if step % 8 == 0:
            torch.set_num_threads(spare.count())
        keep = min(0.995, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(vae.parameters()), 1 - keep)
        if time.monotonic() - reported > 60:
            reported = time.monotonic()
            decibel = sharpness(average, unseen)
            log.info("vae step %d loss %.4f, unseen %.2f dB", step, loss.item(), decibel)
    return average.to(memory_format=torch.contiguous_format)


@torch.no_grad()
def standardise(vae: AutoencoderKL, true: torch.Tensor) -> None:
    """Give every latent channel mean 0 and deviation 1, by the two 1x1 convolutions around them.

    The pictures stay the same, and the denoiser gets channels that all matter alike.
    """
    latents = vae.encode(true).latent_dist.mean
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    channels = len(mean)
    into, out = vae.quant_conv, vae.post_quant_conv
    into.weight[:channels] /= deviation.view(-1, 1, 1, 1)
    into.bias[:channels] = (into.bias[:channels] - mean) / deviation
    into.bias[channels:] -= 2 * deviation.log()
    out.bias += out.weight[:, :, 0, 0] @ mean
    out.weight *= deviation.view(1, -1, 1, 1)


def _weighted(drawn: torch.Tensor) -> torch.Tensor:
    """The drawings with their weights as a fourth channel."""
    return torch.cat([drawn, torch.cat([weights_of(part).byte() for part in drawn.split(500)])], 1)


@torch.no_grad()
def _latents(vae: AutoencoderKL, drawn: torch.Tensor) -> torch.Tensor:
    parts = [as_signal(part[:, :3]) for part in drawn.split(64)]
    return torch.cat([vae.encode(part).latent_dist.mean for part in parts])


def _batch(drawn: torch.Tensor, *, whole: bool) -> torch.Tensor:
    if whole:
        return drawn[torch.randint(len(drawn), (8,))]
    x, y = (int(v) for v in torch.randint(0, drawn.shape[-1] - CROP + 1, (2,)))
    return drawn[torch.randint(len(drawn), (24,)), :, y : y + CROP, x : x + CROP]


def _coding_loss(vae: AutoencoderKL, true: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        moments = vae.quant_conv(vae.encoder(true.contiguous(memory_format=torch.channels_last)))
    mean, log_variance = moments.float().chunk(2, dim=1)
    log_variance = log_variance.clamp(-12, 4)
    latents = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
    with torch.autocast("cpu", torch.bfloat16):
        made = vae.decode(latents).sample
    kl: torch.Tensor = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).mean()
    return _picture_loss(made.float(), true, weights) + 1e-3 * kl


def _picture_loss(made: torch.Tensor, true: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    apart = (made - true).abs()
    values = (weights * (apart + apart**2)).mean()
    loss: torch.Tensor = values + 0.5 * edge_loss(made, true, weights)
    return loss
