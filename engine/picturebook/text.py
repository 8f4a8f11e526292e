"""Teaches the text encoder: a caption in, what it says about the scene out, other words ignored."""

import logging
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from transformers import CLIPTokenizer

from engine.picturebook.parts import TEXT_WIDTH, TOKENS, blank_text_encoder
from engine.picturebook.world import (
    COLOURS,
    COUNTS,
    GROUNDS,
    KINDS,
    SIZES,
    SKIES,
    Scene,
    caption,
    draw_scene,
    held_out,
    with_other_words,
)

log = logging.getLogger(__name__)

# What a caption can say, each with its possible answers; None where it says nothing.
QUESTIONS: dict[str, list[object]] = {
    "kind": [None, *KINDS],
    "colour": [None, *COLOURS],
    "size": list(SIZES),
    "count": [1, *COUNTS],
    "background": [None, *COLOURS],
    "ground": [None, *GROUNDS],
    "sky": [None, *SKIES],
}


def tokens(tokenizer: CLIPTokenizer, texts: Sequence[str]) -> torch.Tensor:
    padded = tokenizer(list(texts), padding="max_length", max_length=TOKENS, truncation=True)
    return torch.tensor(padded.input_ids)


def unheld_caption(scene: Scene, rng: random.Random) -> str:
    """A caption of the scene that the judge will not ask for; if all are, words are added."""
    text = caption(scene, rng)
    for _ in range(8):
        if not held_out(text):
            return text
        text = caption(scene, rng)
    return with_other_words(text, rng) + " please"


class Readers(nn.Module):
    """One linear reader for each question, used at every place after the end of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.readers = nn.ModuleList(
            nn.Linear(TEXT_WIDTH, len(answers)) for answers in QUESTIONS.values()
        )

    def loss(self, states: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
        losses = [
            functional.cross_entropy(reader(states), answers[:, i])
            for i, reader in enumerate(self.readers)
        ]
        return torch.stack(losses).sum()

    @torch.no_grad()
    def right(self, states: torch.Tensor, answers: torch.Tensor) -> list[float]:
        return [
            float((reader(states).argmax(-1) == answers[:, i]).float().mean())
            for i, reader in enumerate(self.readers)
        ]


def answers_of(scene: Scene) -> list[int]:
    return [answers.index(getattr(scene, name)) for name, answers in QUESTIONS.items()]


def teach(minutes: float, folder: Path, tokenizer: CLIPTokenizer, seed: int = 0) -> None:
    """Plain and noisy captions of a scene must say the same at every place after the text."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    encoder = blank_text_encoder(tokenizer).train()
    readers = Readers()
    weights = [*encoder.parameters(), *readers.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1.5e-3, betas=(0.9, 0.98))
    started = time.monotonic()
    step = 0
    while (share := (time.monotonic() - started) / max(60 * minutes, 1e-9)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 1.5e-3 * min(1.0, (step + 1) / 100) * (1 - 0.95 * share)
        scenes = [draw_scene(rng) for _ in range(64)]
        plain = [unheld_caption(scene, rng) for scene in scenes]
        noisy = [with_other_words(text, rng) for text in plain]
        answers = torch.tensor([answers_of(scene) for scene in scenes])
        with torch.autocast("cpu", torch.bfloat16):
            states = encoder(tokens(tokenizer, plain + noisy)).last_hidden_state
        states = states.float()
        # Everything after the text may be read, so read at a place drawn by lot.
        place = rng.randrange(40, TOKENS)
        clean, other = states[:64, place], states[64:, place]
        apart = functional.mse_loss(states[64:, 40:], states[:64, 40:].detach())
        loss = readers.loss(clean, answers) + readers.loss(other, answers) + apart
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        step += 1
        if step % 200 == 0:
            right = [f"{share:.3f}" for share in readers.right(other, answers)]
            log.info("text step %d loss %.4f apart %.4f %s", step, loss.item(), apart.item(), right)
    encoder.eval().save_pretrained(folder)
