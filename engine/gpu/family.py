"""Family: what every model architecture shares on the way from recipe to picture.

Planning (`rows`) and `forward` change nothing; only `advance` commits a step. So running out of
memory, cancelling and failing need no undo.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from importlib import import_module
from typing import Any, ClassVar

import torch
from PIL.Image import Image
from torch import Tensor
from torch.nn import Module

from engine.card import ModelCard
from engine.errors import PaintingFailed
from engine.gpu.addons.adapters import Adapters
from engine.gpu.addons.shelves import NOWHERE, Shelves
from engine.gpu.ahead import SentAhead
from engine.gpu.explain import fell_apart
from engine.gpu.images.autoencoder import Autoencoder
from engine.gpu.images.canvas import Canvas
from engine.gpu.images.ground import Grounds, noisy
from engine.gpu.images.noise import generator_of
from engine.gpu.notes import (
    CLOSE,
    SHORTENED,
    notes_of_cache,
    notes_of_guidance,
    notes_of_words,
)
from engine.gpu.painting import Kept, Painting
from engine.gpu.phase import Phase
from engine.gpu.preview import Previews
from engine.gpu.relief import Relief
from engine.gpu.rows import Rows
from engine.gpu.samplers import scheduler_for
from engine.gpu.shortcuts.cache import DEEP, apart, asked_in_parts
from engine.gpu.shortcuts.fp8 import EightBits
from engine.gpu.shortcuts.parts import Parts
from engine.gpu.switches.attention import Attention
from engine.gpu.switches.fusion import Fusion
from engine.gpu.switches.tracks import Tracks
from engine.job import Recipe
from engine.sampler import sampler_named
from engine.shortcut import Shortcut

RESCALES = "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion"


class Family(ABC):
    """A loaded model. The parts are diffusers' own; latents and sampling stay in float32."""

    pipeline: str
    """The diffusers class that loads it."""
    without: ClassVar[Mapping[str, Any]] = {}
    """What that class must be told to leave out."""
    half: ClassVar[torch.dtype] = torch.float16
    """The half precision that the parts can bear."""
    parts: type[Parts]
    """What of the network is deep."""

    def __init__(
        self,
        pipe: Any,
        card: ModelCard,
        shelves: Shelves | None = None,
        device: torch.device | None = None,
    ) -> None:
        """`shelves` hold the add-ons; without them there are none.

        `device` is where it paints, which parts that wait in main memory do not tell.
        """
        self.card = card
        self.pipe = pipe
        self.shelves = shelves or Shelves(NOWHERE)
        self.network = network_of(pipe)
        self.device = device or torch.device(self.network.device)
        self._ahead = nullcontext() if self.device.type == "cpu" else SentAhead(self.device)
        self._prepare()
        self._adapters = Adapters(pipe, card.name, self.shelves.file)
        self._precision = self.network.dtype
        self.relief = Relief(pipe, self.network, self.device)
        self.autoencoder = Autoencoder(pipe, self.device)
        channels = self.autoencoder.channels
        inpaints = self.network.config.in_channels == 2 * channels + 1
        self._grounds = Grounds(self.autoencoder, self.device, inpaints=inpaints)
        # diffusers' own arithmetic, which every pipeline has beside it.
        self._rescaled = import_module(RESCALES).rescale_noise_cfg
        # A copy: whatever is done to the pipeline later must not leak into samplers. The name says
        # how the model was taught; a config that was never in a file does not carry it.
        self._noise = {**pipe.scheduler.config, "_class_name": type(pipe.scheduler).__name__}
        self._eight_bits: EightBits | None = None
        self.previews: Previews | None = None
        """Whoever loads the model may want some."""
        self.attention = Attention()
        self.tracks: Tracks | None = None
        self.fusion: Fusion | None = None
        self.compiles = False
        """Whether parts of the network are or will be compiled, and must stay as they are."""
        self.repeats_itself = True
        """Whoever warms it up finds out. Else nothing is exact here."""

    @property
    def size(self) -> int:
        """How many bytes its parts take."""
        parts = [part for part in self.pipe.components.values() if isinstance(part, Module)]
        return sum(
            weight.nbytes for part in parts for weight in (*part.parameters(), *part.buffers())
        )

    def shorten(self, shortcuts: Collection[Shortcut]) -> None:
        """Take these from now on. Once, before anybody paints."""
        if Shortcut.FP8 in shortcuts:
            self._eight_bits = EightBits(self.network)

    @property
    def in_eight_bits(self) -> bool:
        return bool(self._eight_bits)

    def shortened(self, recipe: Recipe) -> bool:
        """Whether it is painted in eight bits: what wears LoRAs is not."""
        return self.in_eight_bits and not recipe.loras

    @abstractmethod
    def _prepare(self) -> None:
        """Make what this kind of model has besides, and its parts as they must be.

        There are card, pipeline, shelves, network and device, and nobody has looked at the parts.
        """

    @abstractmethod
    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        """The conditioning: two rows with guidance, unwanted first, one row without."""

    @abstractmethod
    def denoise(
        self, network: Any, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]
    ) -> Tensor:
        """What the network, which may be compiled, answers to the rows."""

    def notes(self, recipe: Recipe) -> tuple[str, ...]:
        """What of the recipe this model does not hear, in sentences."""
        return tuple(notes_of_words(self.card, recipe))

    def told(self, recipe: Recipe, sources: Mapping[str, bytes]) -> Mapping[str, Tensor]:
        """All that the network is told at every step: of the words, and of the pictures."""
        self.attention.put_in_force()
        words = self.encode(recipe)
        rows = len(next(iter(words.values())))
        return {**words, **self.pictured(recipe, sources, rows)}

    def pictured(
        self, recipe: Recipe, sources: Mapping[str, bytes], rows: int
    ) -> Mapping[str, Tensor]:
        """What ControlNets and IP-Adapters are to follow, in that many rows."""
        if recipe.controls or recipe.references:
            what = "ControlNets" if recipe.controls else "IP-Adapters"
            raise PaintingFailed(
                f"{self.card.name} cannot be led by {what}. Take a model of SD 1.x, SD 2.x or "
                "SDXL, or leave them out."
            )
        return {}

    def at_step(self, painting: Painting) -> Mapping[str, Tensor]:
        """What the network is told only at the painting's next step."""
        return {}

    def timing(self, recipe: Recipe) -> Mapping[str, Any]:
        """What `set_timesteps` of a scheduler must know besides the number of steps."""
        return {}

    def wear(self, recipe: Recipe) -> None:
        """Change the parts as the recipe's LoRAs and IP-Adapters want it, and nothing else.

        Called before whatever reads them. Costs nothing where they are changed so already.
        """
        if self.tracks is not None and (recipe.loras or recipe.references):
            self.tracks.is_worn()
        if self.fusion is not None and not recipe.is_bare:
            # What is put on a network is put on the parts that were made one.
            self.fusion.undo()
            self.fusion = None
        self._adapters.wear(recipe.loras)
        if self._eight_bits is not None:
            self._eight_bits.use(self.shortened(recipe))

    def first_step(self, recipe: Recipe) -> int:
        """How many steps the source makes unnecessary; at least one is painted."""
        painted = min(int(recipe.steps * recipe.strength), recipe.steps)
        return recipe.steps - max(1, painted)

    def begin(
        self,
        recipe: Recipe,
        canvas: Canvas,
        told: Mapping[str, Tensor],
        *,
        start: Tensor | None = None,
    ) -> Painting:
        """The painting before its first step. `start` are latents in place of a picture."""
        self._require_size(recipe)
        self.attention.put_in_force()
        scheduler = scheduler_for(
            sampler_named(recipe.sampler), self._noise, recipe.steps, **self.timing(recipe)
        )
        generator = generator_of(recipe.seed)
        over = start is not None or canvas.picture is not None
        first = self.first_step(recipe) * scheduler.order if over else 0
        if hasattr(scheduler, "set_begin_index"):
            # Else it looks the first time up, and takes the wrong one where a time stands twice.
            scheduler.set_begin_index(first)
        ground = self._grounds.lay(recipe, canvas, scheduler, generator, first=first, start=start)
        takes = inspect.signature(scheduler.step).parameters
        options = {"generator": generator, "eta": 0.0}
        painting = Painting(
            recipe=recipe,
            conditioning=told,
            scheduler=scheduler,
            options={name: value for name, value in options.items() if name in takes},
            times=scheduler.timesteps,
            latents=ground.latents,
            done=first,
            canvas=canvas,
            kept=ground.kept,
            beside=ground.beside,
            notes=(*self.notes(recipe), *ground.notes),
            every=recipe.every if self.parts.are_in(self.network) else 1,
        )
        if self.shortened(recipe):
            painting.notes += (SHORTENED,)
        painting.notes += (*notes_of_guidance(painting), *notes_of_cache(painting))
        if recipe.exact and not self.repeats_itself:
            painting.notes += (CLOSE,)
        return painting

    def first_rows(self, recipe: Recipe) -> Rows:
        """What the network is asked first for a recipe that begins with nothing."""
        return self.rows(self.begin(recipe, Canvas(), self.told(recipe, {})))

    def key(self, painting: Painting) -> Hashable:
        """Paintings with equal keys can share a forward."""
        shapes = tuple((name, rows.shape[1:]) for name, rows in painting.conditioning.items())
        recipe = painting.recipe
        worn = (
            recipe.loras,
            tuple((each.digest, each.weight) for each in recipe.references),
            tuple((each.digest, each.name) for each in recipe.controls),
        )
        size = painting.latents.shape[1:]
        return self.card.name, recipe.exact, size, shapes, worn, painting.phase

    def rows(self, painting: Painting) -> Rows:
        """What the network must be asked for the painting's next step."""
        shown = painting.latents
        if hasattr(painting.scheduler, "scale_model_input"):
            shown = painting.scheduler.scale_model_input(shown, painting.time)
        if painting.beside is not None:
            shown = torch.cat([shown, painting.beside], dim=1)
        deep = {} if painting.deep is None else {DEEP: painting.deep[-painting.rows :]}
        return Rows(
            latents=torch.cat([shown] * painting.rows),
            times=torch.full((painting.rows,), float(painting.time)),
            conditioning={**painting.told, **self.at_step(painting), **deep},
            phase=painting.phase,
        )

    def forward(self, rows: Rows, *, plainly: bool = True) -> Tensor:
        """The network's answer to the rows, in float32.

        Not `plainly` it may be asked by what was made ready, which rounds in another way. Then
        there must be nothing in the rows but what every tile has, and nothing worn.
        """
        there = self._there(rows)
        self.attention.put_in_force()
        answer = None if plainly or self.tracks is None else self.tracks.answer(there)
        if answer is None:
            answer = self.attention.used(lambda: self.ask_of(self.network, there))
        return answer.float()

    def ask_of(self, network: Any, rows: Rows) -> Tensor:
        """What the network or what was compiled of it answers to rows that are where it is."""
        if rows.phase is Phase.WHOLE:
            return self.denoise(network, rows.latents, rows.times, rows.conditioning)
        moves = self.relief.is_on_the_move
        return asked_in_parts(self.denoise, self.parts, network, rows, moves=moves)

    def prepare(self, rows: Rows, *, compiles: bool) -> None:
        """Such rows will be asked for often."""
        if self.tracks is not None:
            self.attention.put_in_force()
            self.tracks.prepare(self._there(rows), compiles=compiles)

    def _there(self, rows: Rows) -> Rows:
        """As the network takes them."""
        return replace(
            rows,
            latents=rows.latents.to(self._precision),
            times=rows.times.to(self.device, non_blocking=True),
        )

    def apart(self, painting: Painting, answer: Tensor) -> tuple[Tensor, Tensor | None]:
        """What the network answers, and what is to be kept of how it came to that."""
        answer, deep = apart(answer, painting.latents)
        # It was widened with the answer, and loses nothing.
        return answer, None if deep is None else deep.to(self._precision)

    def guided(self, painting: Painting, answer: Tensor) -> Tensor:
        """One row: away from what is unwanted, towards what is wanted."""
        if len(answer) == 1:
            return answer
        unwanted, wanted = answer.chunk(2)
        direction = unwanted + painting.recipe.guidance * (wanted - unwanted)
        if painting.recipe.rescale:
            direction = self._rescaled(direction, wanted, painting.recipe.rescale)
        return direction

    def advance(self, painting: Painting, direction: Tensor, deep: Tensor | None = None) -> None:
        """One step in that direction, with `deep` for the next ones if there is any to keep.

        All or nothing: what can fail comes first.
        """
        with self._ahead if "generator" in painting.options else nullcontext():
            after: Tensor = painting.scheduler.step(
                direction, painting.time, painting.latents, **painting.options, return_dict=False
            )[0]
        if painting.kept is not None:
            after = self._with_kept(painting, painting.kept, after)
        painting.latents = after
        painting.done += 1
        kept = painting.deep if deep is None else deep
        painting.deep = kept if painting.phase is Phase.SHALLOW else None

    def decode(self, painting: Painting) -> tuple[Image, tuple[str, ...]]:
        """The finished picture, and what is to be said with it."""
        if not torch.isfinite(painting.latents).all():
            raise fell_apart(painting.recipe)
        self.attention.put_in_force()
        picture, notes = self.autoencoder.decoded(painting.latents)
        return painting.canvas.under(picture), notes

    def _with_kept(self, painting: Painting, kept: Kept, latents: Tensor) -> Tensor:
        """The source again where the mask is black, as noisy as the next step expects it."""
        source = kept.source
        if painting.done + 1 < len(painting.times):
            following = painting.times[painting.done + 1 : painting.done + 2]
            source = noisy(painting.scheduler, source, kept.noise, following)
        return (1 - kept.mask) * source + kept.mask * latents

    def _require_size(self, recipe: Recipe) -> None:
        multiple = self.card.multiple
        if recipe.width % multiple or recipe.height % multiple:
            raise PaintingFailed(
                f"{recipe.width}x{recipe.height} is no size that {self.card.name} can paint: "
                f"width and height must be multiples of {multiple}."
            )


def network_of(pipe: Any) -> Any:
    """The part of a pipeline that is asked at every step."""
    return pipe.components.get("unet") or pipe.transformer
