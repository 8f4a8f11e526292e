"""Control: the ControlNets of a model, which make its network follow a picture.

The picture of every tile is a row like its words, and so is the weight at its step. So tiles with
other pictures, weights and beginnings share a forward as long as they use the same ControlNets.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor

from engine.addon import Kind
from engine.extra import Control
from engine.gpu.addons.controlnet import load_controlnet
from engine.gpu.addons.preprocess import Preprocess
from engine.gpu.addons.shelves import Shelves
from engine.gpu.images.source import open_source
from engine.gpu.lately import Lately
from engine.gpu.painting import Painting
from engine.job import Recipe
from engine.request import MOST_CONTROLS

SEPARATOR = "\n"


class _Place(NamedTuple):
    """One ControlNet of a tile: which of its several, and from which file."""

    number: int
    digest: str
    name: str

    @property
    def picture(self) -> str:
        return SEPARATOR.join(("control picture", str(self.number), self.digest, self.name))

    @property
    def weight(self) -> str:
        return SEPARATOR.join(("control weight", str(self.number), self.digest, self.name))

    @classmethod
    def among(cls, conditioning: Mapping[str, Tensor]) -> Iterator[Self]:
        for row in conditioning:
            match row.split(SEPARATOR):
                case "control picture", number, digest, name:
                    yield cls(int(number), digest, name)


class ControlNets:
    """Loaded when they are first used, onto the device of the network that they lead."""

    def __init__(
        self, pipe: Any, shelves: Shelves, preprocess: Preprocess, device: torch.device
    ) -> None:
        self._shelves = shelves
        self._preprocess = preprocess
        self._device, self._dtype = device, pipe.unet.dtype
        # A copy: what the network wears later changes its own. They see the latents alone.
        channels = pipe.vae.config.latent_channels
        description = {**pipe.unet.config, "in_channels": channels}
        self._loaded: Lately[tuple[str, str], Any] = Lately(
            lambda asked: load_controlnet(
                shelves.file(Kind.CONTROLNET, *asked), description, self._device, self._dtype
            ),
            most=MOST_CONTROLS,
        )

    def pictures(
        self, recipe: Recipe, sources: Mapping[str, bytes], count: int
    ) -> Mapping[str, Tensor]:
        """What each ControlNet is to follow, in that many rows. Loads those that are not there."""
        rows = {}
        for place, control in _used(recipe):
            self._loaded[place.name, place.digest]  # what is wrong with it is told at the start
            picture = self._read(recipe, control, sources[control.image])
            rows[place.picture] = torch.cat([picture] * count)
        return rows

    def weights(self, painting: Painting) -> Mapping[str, Tensor]:
        """How much each is heard at the next step, on the CPU: a look at them must not wait."""
        rows = {}
        for place, control in _used(painting.recipe):
            weight = weight_at(control, painting.painted, painting.to_paint)
            heard = torch.full((painting.rows,), weight)
            if painting.rows > 1 and self._loaded[place.name, place.digest].wants_words:
                heard[0] = 0
            rows[place.weight] = heard
        return rows

    def residuals(
        self, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor], **words: Any
    ) -> Mapping[str, Any]:
        """What the network must add to what it sees by itself, as it takes it."""
        down: list[Tensor] = []
        middle: Tensor | None = None
        for place in _Place.among(conditioning):
            weights = conditioning[place.weight]
            if not weights.any():
                continue
            answer = self._loaded[place.name, place.digest].network(
                latents,
                times,
                controlnet_cond=conditioning[place.picture],
                # Not in half precision, in which a weight is rounded.
                conditioning_scale=weights.to(latents.device, non_blocking=True)[
                    :, None, None, None
                ],
                return_dict=False,
                **words,
            )
            more = [each.to(latents.dtype) for each in (*answer[0], answer[1])]
            if middle is not None:
                more = [one + other for one, other in zip((*down, middle), more, strict=True)]
            *down, middle = more
        if middle is None:
            return {}
        return {
            "down_block_additional_residuals": down,
            "mid_block_additional_residual": middle,
        }

    def _read(self, recipe: Recipe, control: Control, file: bytes) -> Tensor:
        picture = open_source(file, mode="RGB", width=recipe.width, height=recipe.height)
        if control.preprocessor is not None:
            picture = self._preprocess(control.preprocessor, picture)
        # The reader that diffusers' own pipelines have for it.
        reader = import_module("diffusers.image_processor").VaeImageProcessor(do_normalize=False)
        signal: Tensor = reader.preprocess(picture).to(self._device, self._dtype)
        # How numbers lie in memory chooses the kernels, and so the rounding; they lie so there.
        return signal.contiguous()


def weight_at(control: Control, passed: int, steps: int) -> float:
    """Its weight at the step after so many of those that are painted; 0 while it is not heard."""
    heard = control.start <= passed / steps and (passed + 1) / steps <= control.end
    return control.weight if heard else 0.0


def _used(recipe: Recipe) -> Iterator[tuple[_Place, Control]]:
    """Without those that have no weight: they change nothing and cost nothing."""
    heard = [control for control in recipe.controls if control.weight]
    for number, control in enumerate(heard):
        yield _Place(number, control.digest, control.name), control
