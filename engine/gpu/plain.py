"""Plain: pictures that nobody asked for, as a model likes them best."""

from engine.card import ModelCard
from engine.job import Recipe


def plain_recipe(
    card: ModelCard, prompt: str, *, steps: int, seed: int = 0, size: tuple[int, int] | None = None
) -> Recipe:
    """Of the model's own size where no other is said."""
    width, height = size or (card.width, card.height)
    return Recipe(
        prompt=prompt,
        model=card.name,
        digest=card.digest,
        width=width,
        height=height,
        steps=steps,
        guidance=card.guidance,
        sampler=card.sampler,
        seed=seed,
    )
