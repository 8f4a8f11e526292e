"""What people read when a tile could not be painted."""

import logging
from collections.abc import Collection
from math import gcd

from engine.addon import Kind
from engine.card import ModelCard
from engine.errors import EaselError, OutOfMemory, PaintingFailed
from engine.job import Recipe
from engine.ladder import LADDER, Rung
from engine.phrase import Phrase
from engine.request import SMALLEST

log = logging.getLogger(__name__)

LARGEST_STEP = 64
"""No model wants multiples of more."""


def explained(error: Exception) -> EaselError:
    """The error as people read it. Anything not raised on purpose is a bug, and logged as one."""
    if isinstance(error, EaselError):
        return error
    log.error("painting failed", exc_info=error)
    return PaintingFailed(
        "Something broke while this was painted. Try again; the log has the details."
    )


def too_large(recipe: Recipe, tried: Collection[Rung]) -> OutOfMemory:
    """Says what was tried, and offers a size that is more likely to fit."""
    width, height = recipe.final_size
    mend = _mend(recipe)
    done = ", ".join(rung for rung in LADDER if rung in tried)
    if done:
        # What was done is for whoever runs it; that and the mend are sentences of their own.
        told = Phrase(
            "A picture of {width}x{height} does not fit into the memory here, although {done}.",
            width=width,
            height=height,
            done=done,
        )
    else:
        told = Phrase(
            "A picture of {width}x{height} does not fit into the memory here.",
            width=width,
            height=height,
        )
    return OutOfMemory("{told} {mend}", told=told, mend=mend) if mend else OutOfMemory(told)


def _mend(recipe: Recipe) -> Phrase | None:
    smaller = _smaller(recipe)
    if recipe.redraw and recipe.exact:
        return Phrase("Ask for it without upscaling, or leave --exact out.")
    if recipe.redraw:
        return Phrase("Ask for it without upscaling.")
    if smaller and recipe.exact:
        return Phrase("Try {size}, or leave --exact out.", size=smaller)
    if smaller:
        return Phrase("Try {size}.", size=smaller)
    return Phrase("Leave --exact out.") if recipe.exact else None


def _smaller(recipe: Recipe) -> str:
    """A size that the model paints too, whatever its sides must be multiples of; empty for none."""
    step = gcd(recipe.width, recipe.height, LARGEST_STEP)
    sides = [max(SMALLEST, side * 3 // 4 // step * step) for side in (recipe.width, recipe.height)]
    return "x".join(map(str, sides)) if sides != [recipe.width, recipe.height] else ""


def fell_apart(recipe: Recipe) -> PaintingFailed:
    """Its numbers went out of all bounds. What is worn beside the model often is why."""
    worn = (
        (Kind.LORA, recipe.loras),
        (Kind.EMBEDDING, recipe.embeddings),
        (Kind.CONTROLNET, recipe.controls),
        (Kind.IP_ADAPTER, recipe.references),
    )
    named = [f"the {kind.spoken} “{extra.name}”" for kind, extras in worn for extra in extras]
    if not named:
        return PaintingFailed(
            "The picture fell apart while it was painted. Try less guidance, more steps or another "
            "sampler."
        )
    return PaintingFailed(
        "The picture fell apart while it was painted. Try less guidance, more steps or another "
        "sampler, or leave out {addons}.",
        addons=" or ".join(named),
    )


def require_size(card: ModelCard, recipe: Recipe) -> None:
    if recipe.width % card.multiple or recipe.height % card.multiple:
        raise PaintingFailed(
            f"{recipe.width}x{recipe.height} is no size that {card.name} can paint: "
            f"width and height must be multiples of {card.multiple}."
        )


def no_room(model: str) -> OutOfMemory:
    return OutOfMemory(
        "The model {model} does not fit into the memory here. Take a smaller one, or ask again "
        "when less is being painted.",
        model=model,
    )
