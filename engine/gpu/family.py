"""Family: what every model architecture shares on the way from recipe to picture.

Planning (`rows`) and `forward` change nothing; only `Sampling.advance` commits a step. So running
out of memory, cancelling and failing need no undo.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import torch
from PIL.Image import Image
from torch import Tensor

from engine.card import ModelCard
from engine.gpu.addons.adapters import Adapters
from engine.gpu.addons.shelves import NOWHERE, Shelves
from engine.gpu.explain import fell_apart, require_size
from engine.gpu.images.autoencoder import Autoencoder
from engine.gpu.images.canvas import Canvas
from engine.gpu.images.ground import Grounds
from engine.gpu.images.noise import generator_of
from engine.gpu.notes import notes_of_steps, notes_of_words
from engine.gpu.painting import Painting
from engine.gpu.pipe import network_of, size_of
from engine.gpu.preview import Previews
from engine.gpu.relief import Relief
from engine.gpu.rows import Rows
from engine.gpu.sampling import Sampling, options_of
from engine.gpu.shortcuts.cache import asked
from engine.gpu.shortcuts.fp8 import EightBits
from engine.gpu.shortcuts.parts import Parts
from engine.gpu.switches.attention import Attention
from engine.gpu.switches.fusion import Fusion
from engine.gpu.switches.tracks import Tracks
from engine.job import Recipe
from engine.shortcut import Shortcut


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
        self._prepare()
        self._adapters = Adapters(pipe, card.name, self.shelves.file)
        self._precision = self.network.dtype
        self.relief = Relief(pipe, self.network, self.device)
        self.autoencoder = Autoencoder(pipe, self.device)
        channels = self.autoencoder.channels
        inpaints = self.network.config.in_channels == 2 * channels + 1
        self._grounds = Grounds(self.autoencoder, self.device, inpaints=inpaints)
        self.sampling = Sampling(pipe, self.device, self._precision)
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
        return size_of(self.pipe)

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

    @abstractmethod
    def pictured(
        self, recipe: Recipe, sources: Mapping[str, bytes], rows: int
    ) -> Mapping[str, Tensor]:
        """What ControlNets and IP-Adapters are to follow, in that many rows."""

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
            if self.tracks is not None:
                # Recordings read its memory, which is given back now.
                self.tracks.forget()
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
        require_size(self.card, recipe)
        self.attention.put_in_force()
        over = start is not None or canvas.picture is not None
        scheduler, first = self.sampling.scheduler(
            recipe, spared=self.first_step(recipe) if over else 0, **self.timing(recipe)
        )
        generator = generator_of(recipe.seed)
        ground = self._grounds.lay(recipe, canvas, scheduler, generator, first=first, start=start)
        painting = Painting(
            recipe=recipe,
            conditioning=told,
            scheduler=scheduler,
            options=options_of(scheduler, generator),
            times=scheduler.timesteps,
            latents=ground.latents,
            done=first,
            canvas=canvas,
            kept=ground.kept,
            beside=ground.beside,
            notes=(*self.notes(recipe), *ground.notes),
            every=recipe.every if self.parts.are_in(self.network) else 1,
        )
        painting.notes += notes_of_steps(
            painting, shortened=self.shortened(recipe), repeats=self.repeats_itself
        )
        return painting

    def first_rows(self, recipe: Recipe) -> Rows:
        """What the network is asked first for a recipe that begins with nothing."""
        return self.rows(self.begin(recipe, Canvas(), self.told(recipe, {})))

    def rows(self, painting: Painting) -> Rows:
        """What the network must be asked for the painting's next step."""
        return self.sampling.rows(painting, self.at_step(painting))

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
        moves = self.relief.is_on_the_move
        return asked(self.denoise, self.parts, network, rows, moves=moves)

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

    def decode(self, painting: Painting) -> tuple[Image, tuple[str, ...]]:
        """The finished picture, and what is to be said with it."""
        if not torch.isfinite(painting.latents).all():
            raise fell_apart(painting.recipe)
        self.attention.put_in_force()
        picture, notes = self.autoencoder.decoded(painting.latents)
        return painting.canvas.under(picture), notes
