"""Paints tiles together without a thread, so that a test sees every turn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.card import ModelCard
from engine.errors import EaselError
from engine.gpu.company import Company
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.gpu.images.canvas import canvas_of
from engine.gpu.painting import Painting
from engine.gpu.preview import USUAL_EVERY, Colours, Previews
from engine.gpu.seat import Painted, Seat
from engine.gpu.warm import Warm
from engine.job import Recipe
from engine.turns import Turns

CPU = torch.device("cpu")
CARD = ModelCard(
    name="tiny",
    family="sd",
    digest="0",
    width=128,
    height=128,
    largest=256,
    steps=5,
    guidance=5.0,
    sampler="Euler",
)


def family_of(pipe: Any) -> Family:
    with torch.inference_mode():
        return with_previews(StableDiffusion(pipe, CARD))


def with_previews(family: Family) -> Family:
    """In colours that mean nothing: the right ones take longer to find than a picture to paint."""
    channels = int(family.pipe.vae.config.latent_channels)
    colours = Colours(torch.full((channels + 1, 3), 0.1, device=CPU))
    family.previews = Previews(colours, every=USUAL_EVERY)
    return family


def recipe(**changes: Any) -> Recipe:
    usual: dict[str, Any] = {
        "prompt": "a red circle",
        "negative": "ugly",
        "model": CARD.name,
        "digest": CARD.digest,
        "width": 64,
        "height": 64,
        "steps": 5,
        "guidance": 5.0,
        "sampler": "Euler",
        "seed": 7,
    }
    return Recipe(**{**usual, **changes})


def picture_file(seed: int = 0, mode: str = "RGB", width: int = 64, height: int = 64) -> bytes:
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@torch.inference_mode()
def begun(family: Family, asked: Recipe, sources: Mapping[str, bytes]) -> Painting:
    """Its first pass before the first step."""
    told = family.told(asked, sources)
    return family.begin(asked, canvas_of(asked, sources), told)


@dataclass
class Sitting:
    """A seat and all that came back from it."""

    recipe: Recipe
    sources: Mapping[str, bytes] = field(default_factory=dict)
    told: list[tuple[int, Image.Image | None]] = field(default_factory=list)
    outcome: Painted | EaselError | None = None

    def __post_init__(self) -> None:
        self.seat = Seat(
            recipe=self.recipe,
            sources=self.sources,
            tell=lambda step, preview: self.told.append((step, preview)),
            end=self._end,
        )

    def _end(self, outcome: Painted | EaselError) -> None:
        assert self.outcome is None, "a tile ended twice"
        self.outcome = outcome

    @property
    def painted(self) -> Painted:
        assert isinstance(self.outcome, Painted), repr(self.outcome)
        return self.outcome

    @property
    def latents(self) -> torch.Tensor:
        assert self.painted
        assert self.seat.painting is not None
        return self.seat.painting.latents


def company_of(*families: Family) -> Company:
    warm = Warm.of({family.card.name: family for family in families})
    return Company(warm, CPU, Turns(most_rows=16))


def paint_together(
    family: Family,
    recipes: Sequence[Recipe],
    *,
    sources: Mapping[str, bytes] | None = None,
    turns_between: int = 0,
) -> list[Sitting]:
    """Each joins that many turns after the one before."""
    company = company_of(family)
    sittings = [Sitting(recipe, sources or {}) for recipe in recipes]
    for sitting in sittings:
        company.welcome(sitting.seat)
        for _ in range(turns_between):
            company.turn()
    finish(company)
    return sittings


def finish(company: Company, *sittings: Sitting) -> None:
    """These come in, and all who are there are painted to their end."""
    for sitting in sittings:
        company.welcome(sitting.seat)
    while company.busy:
        company.turn()


def far_from(one: Sitting, other: Sitting) -> float:
    return float((one.latents - other.latents).abs().max() / other.latents.abs().max())


@contextmanager
def before_forward(family: Family, hook: Callable[[torch.Tensor], None]) -> Iterator[None]:
    """Calls the hook with the latents of every forward."""

    def on_call(_: Any, inputs: tuple[torch.Tensor, ...], named: Mapping[str, Any]) -> None:
        hook(inputs[0] if inputs else named["hidden_states"])

    handle = family.network.register_forward_pre_hook(on_call, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()
