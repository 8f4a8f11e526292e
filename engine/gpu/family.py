"""Family: what every model architecture shares on the way from recipe to picture.

Planning (`rows`) and `forward` change nothing; only `advance` commits a step. So running out of
memory, cancelling and failing need no undo.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from importlib import import_module
from typing import Any, ClassVar

import torch
from PIL.Image import Image
from torch import Generator, Tensor

from engine.card import ModelCard
from engine.errors import PaintingFailed
from engine.gpu.latents import scaled, unscaled
from engine.gpu.painting import Kept, Painting
from engine.gpu.preview import FLOW, Colours, estimate
from engine.gpu.rows import Rows
from engine.gpu.samplers import scheduler_for
from engine.gpu.source import open_source
from engine.job import Recipe
from engine.sampler import sampler_named


class Family(ABC):
    """A loaded model. The parts are diffusers' own; latents and sampling stay in float32."""

    pipeline: str
    """The diffusers class that loads it."""
    without: ClassVar[Mapping[str, Any]] = {}
    """What that class must be told to leave out."""
    half: ClassVar[torch.dtype] = torch.float16
    """The half precision that the parts can bear."""

    def __init__(self, pipe: Any, card: ModelCard) -> None:
        self.card = card
        self.pipe = pipe
        self.network = pipe.components.get("unet") or pipe.transformer
        # A copy: whatever is done to the pipeline later must not leak into samplers. The name says
        # how the model was taught; a config that was never in a file does not carry it.
        self._noise = {**pipe.scheduler.config, "_class_name": type(pipe.scheduler).__name__}
        self._colours = Colours.of(pipe.vae)

    @abstractmethod
    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        """The conditioning: two rows with guidance, unwanted first, one row without."""

    @abstractmethod
    def denoise(self, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]) -> Tensor:
        """The network's answer to the rows."""

    def notes(self, recipe: Recipe) -> tuple[str, ...]:
        """What of the recipe this model does not hear, in sentences."""
        return ()

    def timing(self, recipe: Recipe) -> Mapping[str, Any]:
        """What `set_timesteps` of a scheduler must know besides the number of steps."""
        return {}

    def first_step(self, recipe: Recipe) -> int:
        """How many steps the source makes unnecessary; at least one is painted."""
        painted = min(int(recipe.steps * recipe.strength), recipe.steps)
        return recipe.steps - max(1, painted)

    def begin(self, recipe: Recipe, sources: Mapping[str, bytes]) -> Painting:
        """The painting before its first step. Draws noise in the same order as diffusers does."""
        self._require_size(recipe)
        conditioning = self.encode(recipe)
        scheduler = scheduler_for(
            sampler_named(recipe.sampler), self._noise, recipe.steps, **self.timing(recipe)
        )
        # One generator a tile, on the CPU: a seed is the same noise on every device.
        generator = Generator("cpu").manual_seed(recipe.seed)
        first = 0 if recipe.image is None else self.first_step(recipe) * scheduler.order
        if hasattr(scheduler, "set_begin_index"):
            # Else it looks the first time up, and takes the wrong one where a time stands twice.
            scheduler.set_begin_index(first)
        times = scheduler.timesteps
        # Flow schedulers begin with the plain noise.
        strongest = getattr(scheduler, "init_noise_sigma", 1.0)
        kept = None
        if recipe.image is None:
            latents = self._draw(recipe, generator) * strongest
        else:
            source = self._encode_source(recipe, sources[recipe.image], generator)
            if recipe.mask is not None:
                # The order of numbers in memory chooses the kernels, and so the rounding. This
                # is the order that diffusers has here.
                source = source.contiguous()
            noise = self._draw(recipe, generator)
            latents = _noisy(scheduler, source, noise, times[first : first + 1])
            if recipe.mask is not None:
                if recipe.strength == 1.0:
                    latents = noise * strongest
                mask = self._open_mask(recipe, sources[recipe.mask])
                kept = Kept(source=source, noise=noise, mask=mask)
                # diffusers encodes the masked source too, without use; its draw moves the others.
                self._draw(recipe, generator)
        takes = inspect.signature(scheduler.step).parameters
        options = {"generator": generator, "eta": 0.0}
        return Painting(
            recipe=recipe,
            conditioning=conditioning,
            scheduler=scheduler,
            options={name: value for name, value in options.items() if name in takes},
            times=times,
            latents=latents,
            done=first,
            kept=kept,
            notes=self.notes(recipe),
        )

    def key(self, painting: Painting) -> Hashable:
        """Paintings with equal keys can share a forward."""
        shapes = tuple((name, rows.shape[1:]) for name, rows in painting.conditioning.items())
        return self.card.name, painting.recipe.exact, painting.latents.shape[1:], shapes

    def rows(self, painting: Painting) -> Rows:
        """What the network must be asked for the painting's next step."""
        shown = painting.latents
        if hasattr(painting.scheduler, "scale_model_input"):
            shown = painting.scheduler.scale_model_input(shown, painting.time)
        return Rows(
            latents=torch.cat([shown] * painting.rows),
            times=torch.full((painting.rows,), float(painting.time)),
            conditioning=painting.conditioning,
        )

    def forward(self, rows: Rows) -> Tensor:
        """The network's answer to the rows, in float32."""
        latents = rows.latents.to(self.network.dtype)
        times = rows.times.to(self.network.device, non_blocking=True)
        return self.denoise(latents, times, rows.conditioning).float()

    def guided(self, painting: Painting, answer: Tensor) -> Tensor:
        """One row: away from what is unwanted, towards what is wanted."""
        if len(answer) == 1:
            return answer
        unwanted, wanted = answer.chunk(2)
        return unwanted + painting.recipe.guidance * (wanted - unwanted)

    def advance(self, painting: Painting, direction: Tensor) -> None:
        """One step in that direction. All or nothing: what can fail comes first."""
        after: Tensor = painting.scheduler.step(
            direction, painting.time, painting.latents, **painting.options, return_dict=False
        )[0]
        if painting.kept is not None:
            after = self._with_kept(painting, painting.kept, after)
        painting.latents = after
        painting.done += 1

    def preview(self, painting: Painting, shown: Tensor, direction: Tensor) -> Image:
        """A tiny picture of what the painting will become, from what the next step is made of."""
        kind = painting.scheduler.config.get("prediction_type", FLOW)
        return self._colours.picture(
            estimate(kind, painting.time, painting.scheduler, shown, direction)
        )

    def decode(self, painting: Painting) -> Image:
        """The finished picture."""
        if not torch.isfinite(painting.latents).all():
            raise PaintingFailed(
                "The picture fell apart while it was painted. "
                "Try less guidance, more steps or another sampler."
            )
        vae = self.pipe.vae
        latents = unscaled(painting.latents, vae).to(vae.dtype)
        signal = vae.decode(latents, return_dict=False)[0]
        picture: Image = self.pipe.image_processor.postprocess(signal)[0]
        return picture

    def _with_kept(self, painting: Painting, kept: Kept, latents: Tensor) -> Tensor:
        """The source again where the mask is black, as noisy as the next step expects it."""
        source = kept.source
        if painting.done + 1 < len(painting.times):
            following = painting.times[painting.done + 1 : painting.done + 2]
            source = _noisy(painting.scheduler, source, kept.noise, following)
        return (1 - kept.mask) * source + kept.mask * latents

    def _require_size(self, recipe: Recipe) -> None:
        multiple = self.card.multiple
        if recipe.width % multiple or recipe.height % multiple:
            raise PaintingFailed(
                f"{recipe.width}x{recipe.height} is no size that {self.card.name} can paint: "
                f"width and height must be multiples of {multiple}."
            )

    def _draw(self, recipe: Recipe, generator: Generator) -> Tensor:
        scale = self.pipe.vae_scale_factor
        channels = self.pipe.vae.config.latent_channels
        shape = (1, channels, recipe.height // scale, recipe.width // scale)
        return torch.randn(shape, generator=generator).to(self.network.device)

    def _encode_source(self, recipe: Recipe, file: bytes, generator: Generator) -> Tensor:
        picture = open_source(file, mode="RGB", width=recipe.width, height=recipe.height)
        vae = self.pipe.vae
        signal = self.pipe.image_processor.preprocess(picture).to(vae.device, vae.dtype)
        spread = vae.encode(signal).latent_dist
        noise = self._draw(recipe, generator)
        return scaled(spread.mean.float() + spread.std.float() * noise, vae)

    def _open_mask(self, recipe: Recipe, file: bytes) -> Tensor:
        picture = open_source(file, mode="L", width=recipe.width, height=recipe.height)
        scale = self.pipe.vae_scale_factor
        # The reader that diffusers' own inpainting has.
        reader = import_module("diffusers.image_processor").VaeImageProcessor(
            vae_scale_factor=scale,
            do_normalize=False,
            do_binarize=True,
            do_convert_grayscale=True,
        )
        size = (recipe.height // scale, recipe.width // scale)
        mask = torch.nn.functional.interpolate(reader.preprocess(picture), size=size)
        return mask.to(self.network.device)


def _noisy(scheduler: Any, source: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """The source as it looks at that time of the painting."""
    if hasattr(scheduler, "scale_noise"):
        flowing: Tensor = scheduler.scale_noise(source, time, noise)
        return flowing
    noisy: Tensor = scheduler.add_noise(source, noise, time)
    return noisy
