"""Notes: what is said with a picture of how it came about, in sentences."""

from collections.abc import Iterator

from engine.cadence import shallow_ones
from engine.card import ModelCard
from engine.gpu.painting import Painting
from engine.job import Recipe
from engine.phrase import Phrase

MOST_KNOWN = 15
"""Words of what a model knows: enough to see of what kind they are."""
NO_WORD = "{model} has a picture for no word of that. It knows English words: {known}."
CLOSE = (
    "This card does not repeat itself to the last bit, so the picture is close to what its seed "
    "means, not exact."
)
NOT_RESCALED = "There was no guidance beside the words themselves, so rescale changed nothing."
NOT_ENDED = "There was no guidance beside the words themselves, so there was none to end."
SHORTENED = "Painted in eight bits (FP8), so this is not quite the picture that it is without."
ENDED = (
    "Guidance ended after {guided} of {steps} steps, so this is not the picture that it is with "
    "all of them."
)
CACHED = (
    "Of {steps} steps only {whole} were painted whole, so this is not quite the picture that it is "
    "with all of them."
)
NOT_CACHED = "Every step had to be painted whole, so cache changed nothing."


def notes_of_words(card: ModelCard, recipe: Recipe) -> Iterator[str]:
    """That the model has a picture for none of them."""
    # What is put on may bring words of its own.
    if not (recipe.loras or recipe.embeddings) and card.is_lost(recipe.prompt):
        yield Phrase(NO_WORD, model=card.name, known=", ".join(card.knows[:MOST_KNOWN]))


def notes_of_steps(painting: Painting, *, shortened: bool, repeats: bool) -> tuple[str, ...]:
    """`shortened` is in eight bits; `repeats` itself is what the card does with the model."""
    eased = (SHORTENED,) if shortened else ()
    close = () if repeats or not painting.recipe.exact else (CLOSE,)
    return (*eased, *_of_guidance(painting), *_of_cache(painting), *close)


def _of_guidance(painting: Painting) -> Iterator[str]:
    """What of it changed nothing, and where it ended."""
    recipe, steps = painting.recipe, painting.to_paint
    if recipe.rescale and painting.rows == 1:
        yield NOT_RESCALED
    if recipe.guidance_end < 1 and painting.rows == 1:
        yield NOT_ENDED
    elif painting.rows > 1 and painting.guided < steps:
        yield Phrase(ENDED, guided=painting.guided, steps=steps)


def _of_cache(painting: Painting) -> Iterator[str]:
    """What it does to the steps."""
    steps = painting.to_paint
    if shallow := sum(shallow_ones(steps, painting.every)):
        yield Phrase(CACHED, steps=steps, whole=steps - shallow)
    elif painting.recipe.cache > 1:
        yield NOT_CACHED
