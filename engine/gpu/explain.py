"""What people read when a tile could not be painted."""

import logging
from collections.abc import Collection

from engine.addon import Kind
from engine.errors import EaselError, OutOfMemory, PaintingFailed
from engine.job import Recipe
from engine.ladder import LADDER, Rung
from engine.request import nearest_side

log = logging.getLogger(__name__)


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
    smaller = tuple(nearest_side(side * 3 // 4) for side in (recipe.width, recipe.height))
    offers = []
    if recipe.redraw:
        offers.append("ask for it without upscaling")
    elif smaller != (recipe.width, recipe.height):
        offers.append(f"try {smaller[0]}x{smaller[1]}")
    if recipe.exact:
        offers.append("leave --exact out")
    mend = ", or ".join(offers)
    done = ", ".join(rung for rung in LADDER if rung in tried)
    return OutOfMemory(
        f"A picture of {width}x{height} does not fit into the memory here"
        + (f", although {done}." if done else ".")
        + (f" {mend[0].upper()}{mend[1:]}." if mend else "")
    )


def fell_apart(recipe: Recipe) -> PaintingFailed:
    """Its numbers went out of all bounds. What is worn beside the model often is why."""
    worn = (
        (Kind.LORA, recipe.loras),
        (Kind.EMBEDDING, recipe.embeddings),
        (Kind.CONTROLNET, recipe.controls),
        (Kind.IP_ADAPTER, recipe.references),
    )
    named = [f"the {kind.spoken} “{extra.name}”" for kind, extras in worn for extra in extras]
    without = f", or leave out {' or '.join(named)}" if named else ""
    return PaintingFailed(
        "The picture fell apart while it was painted. "
        f"Try less guidance, more steps or another sampler{without}."
    )


def no_room(model: str) -> OutOfMemory:
    return OutOfMemory(
        f"The model {model} does not fit into the memory here. Take a smaller one, or ask again "
        "when less is being painted."
    )
