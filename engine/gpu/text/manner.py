"""Manner: all that decides how a text is read, besides the text."""

from dataclasses import dataclass

from engine.extra import Extra
from engine.job import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """Two texts are encoded alike where they and their manners are equal.

    A LoRA changes the text encoders too. `clip_skip` counts as people do: 1 skips nothing.
    """

    loras: tuple[Extra, ...] = ()
    embeddings: tuple[Extra, ...] = ()
    clip_skip: int = 1


USUAL = Manner()
NOTHING_SKIPPED = "Clip skip changes nothing with this model."


def manner_of(recipe: Recipe, *, skips: bool = False) -> Manner:
    """`skips` where the model's encoder can leave its last layers out."""
    return Manner(
        loras=recipe.loras,
        embeddings=recipe.embeddings,
        clip_skip=recipe.clip_skip if skips else 1,
    )
