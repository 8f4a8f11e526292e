"""What flow transformers share: noise and picture mixed in a straight line, and large encoders."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine.emphasis import Emphasis, read_emphasis
from engine.errors import PaintingFailed
from engine.gpu.family import Family
from engine.gpu.text.conditioning import Conditioning, spoken
from engine.gpu.text.manner import NOTHING_SKIPPED, Manner
from engine.gpu.text.words import Words
from engine.job import Recipe
from engine.phrase import Phrase

# Hundreds of tokens a text, some megabytes each.
REMEMBERED = 16


class FlowFamily(Family):
    """A transformer that answers with the way from the picture to the noise."""

    most_shift: float
    """How much a large picture shifts the steps towards noise, where the model does not say."""

    def _prepare(self) -> None:
        self._conditioning = Conditioning(self._words, remember=REMEMBERED)

    def notes(self, recipe: Recipe) -> tuple[str, ...]:
        notes = [*super().notes(recipe)]
        if any(read_emphasis(text).plain is None for text in self.read(recipe)):
            notes.append("This model reads all words alike: weights and BREAK changed nothing.")
        if any(map(self._too_long, self.read(recipe))):
            notes.append("The prompt is longer than this model reads: its end was left out.")
        if recipe.clip_skip > 1:
            notes.append(NOTHING_SKIPPED)
        if recipe.embeddings:
            names = ", ".join(extra.name for extra in recipe.embeddings)
            notes.append(
                Phrase(
                    "This model knows no embeddings, so these were plain words: {names}.",
                    names=names,
                )
            )
        return tuple(notes)

    def pictured(
        self, recipe: Recipe, sources: Mapping[str, bytes], rows: int
    ) -> Mapping[str, Tensor]:
        if recipe.controls or recipe.references:
            what = "ControlNets" if recipe.controls else "IP-Adapters"
            raise PaintingFailed(
                f"{self.card.name} cannot be led by {what}. Take a model of SD 1.x, SD 2.x or "
                "SDXL, or leave them out."
            )
        return {}

    def read(self, recipe: Recipe) -> tuple[str, ...]:
        """The texts that this model reads of a recipe."""
        return (recipe.prompt, recipe.negative) if recipe.guidance > 1 else (recipe.prompt,)

    def shift(self, recipe: Recipe) -> float:
        """diffusers calls it mu: more patches, more of the steps where the noise is strong."""
        scale = 2 * self.pipe.vae_scale_factor
        patches = (recipe.height // scale) * (recipe.width // scale)
        least = self.sampling.noise.get("base_shift", 0.5)
        most = self.sampling.noise.get("max_shift", self.most_shift)
        few = self.sampling.noise.get("base_image_seq_len", 256)
        many = self.sampling.noise.get("max_image_seq_len", 4096)
        slope = (most - least) / (many - few)
        start: float = least - slope * few
        answer: float = patches * slope + start
        return answer

    def first_step(self, recipe: Recipe) -> int:
        # diffusers rounds the other way in these families.
        unpainted = max(recipe.steps - min(recipe.steps * recipe.strength, recipe.steps), 0)
        return min(int(unpainted), recipe.steps - 1)

    @abstractmethod
    def plain_words(self, text: str) -> Words:
        """How the pipeline itself reads it."""

    @abstractmethod
    def reader(self) -> tuple[Any, int]:
        """The tokenizer that reads furthest, and how many tokens."""

    def _too_long(self, text: str) -> bool:
        tokenizer, most = self.reader()
        return len(tokenizer(spoken(read_emphasis(text))).input_ids) > most

    def _words(self, emphasis: Emphasis, manner: Manner) -> Words:
        """LoRAs are all of the manner that this model hears, and those it wears already."""
        return self.plain_words(spoken(emphasis))
