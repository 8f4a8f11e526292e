"""Teaches the denoiser, for as long as there is time: it goes on from its last checkpoint."""

import copy
import logging
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch.nn import functional
from transformers import CLIPTextModel, CLIPTokenizer

from engine.picturebook.parts import LATENT_CHANNELS, NOISE, TEXT_WIDTH, TOKENS, blank_unet
from engine.picturebook.text import tokens, unheld_caption
from engine.picturebook.threads import SpareCores
from engine.picturebook.vae import as_signal
from engine.picturebook.world import draw_scene, render, with_other_words

log = logging.getLogger(__name__)

BATCH = 32
PEAK_RATE = 1e-3
EMPTY_TEXT_SHARE = 0.1
NOISY_CAPTION_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Drawings as latents with their captions as the text encoder's states, made once."""

    latents: torch.Tensor
    states: torch.Tensor
    nothing: torch.Tensor


@torch.no_grad()
def make_bank(
    count: int, vae: AutoencoderKL, encoder: CLIPTextModel, tokenizer: CLIPTokenizer, seed: int
) -> Bank:
    """The states are the larger part; bfloat16 halves them."""
    rng = random.Random(seed)
    latents = torch.empty(count, LATENT_CHANNELS, 16, 16)
    states = torch.empty(count, TOKENS, TEXT_WIDTH, dtype=torch.bfloat16)
    spare = SpareCores()
    for start in range(0, count, 64):
        torch.set_num_threads(spare.count())
        scenes = [draw_scene(rng) for _ in range(min(64, count - start))]
        texts = [unheld_caption(scene, rng) for scene in scenes]
        noisy = [
            with_other_words(text, rng) if rng.random() < NOISY_CAPTION_SHARE else text
            for text in texts
        ]
        drawn = np.stack([np.asarray(render(scene, rng)) for scene in scenes])
        signal = as_signal(torch.from_numpy(drawn).permute(0, 3, 1, 2))
        with torch.autocast("cpu", torch.bfloat16):
            encoded = vae.encode(signal.contiguous(memory_format=torch.channels_last))
            said = encoder(tokens(tokenizer, noisy)).last_hidden_state
        latents[start : start + len(scenes)] = encoded.latent_dist.mean.float()
        states[start : start + len(scenes)] = said
    nothing = encoder(tokens(tokenizer, [""])).last_hidden_state[0].bfloat16()
    return Bank(latents=latents, states=states, nothing=nothing)


class Pupil:
    """The denoiser being taught: weights, their running average, optimizer, steps so far."""

    def __init__(self, checkpoint: Path, begin: Path | None = None) -> None:
        self.checkpoint = checkpoint
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        unet = UNet2DConditionModel.from_pretrained(begin) if begin else blank_unet()
        self.unet = unet.to(self.device, memory_format=torch.channels_last).train()
        # The classic attention: the fused one is slow backwards in bfloat16 on a CPU.
        self.unet.set_attn_processor(AttnProcessor())
        self.average: UNet2DConditionModel = copy.deepcopy(self.unet).eval()
        self.optimizer = torch.optim.AdamW(
            self.unet.parameters(), lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=0.01
        )
        self.steps = 0
        if checkpoint.exists():
            saved = torch.load(checkpoint, weights_only=True, map_location=self.device)
            self.unet.load_state_dict(saved["unet"])
            self.average.load_state_dict(saved["average"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.steps = saved["steps"]

    def save(self) -> None:
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(
            {
                "unet": self.unet.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "steps": self.steps,
            },
            fresh,
        )
        fresh.replace(self.checkpoint)

    def learn(
        self, noisy: torch.Tensor, times: torch.Tensor, states: torch.Tensor, target: torch.Tensor
    ) -> float:
        inputs = (noisy.contiguous(memory_format=torch.channels_last), times, states)
        with torch.autocast(self.device.type, torch.bfloat16):
            guess = self.unet(*(rows.to(self.device) for rows in inputs)).sample
        loss = functional.mse_loss(guess.float(), target.to(self.device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.unet.parameters(), 1.0)
        self.optimizer.step()
        self.steps += 1
        keep = min(0.999, (1 + self.steps) / (20 + self.steps))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.unet.parameters()), 1 - keep
            )
        return loss.item()


def teach(minutes: float, pupil: Pupil, bank: Bank) -> None:
    """Full rate after a short start, falling over the last third; saved every five minutes."""
    scheduler = DDPMScheduler(**NOISE)
    kept = scheduler.alphas_cumprod.sqrt()
    lost = (1 - scheduler.alphas_cumprod).sqrt()
    spare, losses = SpareCores(), list[float]()
    started = saved = time.monotonic()
    while (share := (time.monotonic() - started) / (60 * minutes)) < 1:
        rate = PEAK_RATE * min(1.0, (pupil.steps + 1) / 200, max(0.02, (1 - share) * 3))
        for group in pupil.optimizer.param_groups:
            group["lr"] = rate
        chosen = torch.randint(len(bank.latents), (BATCH,))
        clean, states = bank.latents[chosen], bank.states[chosen].clone()
        states[torch.rand(BATCH) < EMPTY_TEXT_SHARE] = bank.nothing
        times = _times()
        noise = torch.randn_like(clean)
        a, b = kept[times].view(-1, 1, 1, 1), lost[times].view(-1, 1, 1, 1)
        losses.append(pupil.learn(a * clean + b * noise, times, states, a * noise - b * clean))
        if pupil.steps % 8 == 0:
            torch.set_num_threads(spare.count())
        if pupil.steps % 100 == 0:
            pace = (time.monotonic() - started) / len(losses)
            recent = sum(losses[-300:]) / len(losses[-300:])
            log.info("unet step %d, %.2f s a step, loss %.4f", pupil.steps, pace, recent)
        if time.monotonic() - saved > 300:
            saved = time.monotonic()
            pupil.save()
    pupil.save()


def _times() -> torch.Tensor:
    """Spread evenly, then drawn towards the middle, where it is decided what stands where."""
    even = (torch.arange(BATCH) + torch.rand(BATCH)) / BATCH
    middle = torch.sigmoid(torch.special.ndtri(even.clamp(1e-4, 1 - 1e-4)) * 1.3)
    return (middle * 1000).long().clamp(0, 999)[torch.randperm(BATCH)]
