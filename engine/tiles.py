"""Turns a request into its tiles: alternatives, count, seeds, and what the model chooses itself."""

from collections.abc import Mapping, Sequence

from engine.alternatives import expand
from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.job import Recipe, Tile
from engine.request import LARGEST_SEED, MOST_TILES, SMALLEST, STEP, ImageRequest
from engine.style import style_named, styled


def tiles_of(
    request: ImageRequest,
    card: ModelCard,
    *,
    seed: int,
    wildcards: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Tile, ...]:
    """Tiles of one request differ in seed, or in which alternative was taken.

    `seed` is used where the request names none. Each alternative is painted with the same seeds,
    so that what differs is what the alternative says.
    """
    first = request.seed if request.seed is not None else seed
    width, height = size_of(request, card)
    prompts = expand(request.prompt, wildcards or {}, first)
    if len(prompts) * request.count > MOST_TILES:
        raise InvalidRequest(
            f"That makes {len(prompts) * request.count} pictures. {MOST_TILES} is the most at "
            "once: take out alternatives or lower the count."
        )
    style = style_named(request.style) if request.style else None
    tiles: list[Tile] = []
    for text in prompts:
        prompt, negative = text, request.negative
        if style:
            prompt, negative = styled(style, prompt, negative)
        for n in range(request.count):
            recipe = Recipe(
                prompt=prompt,
                negative=negative,
                model=card.name,
                digest=card.digest,
                width=width,
                height=height,
                steps=request.steps or card.steps,
                guidance=request.guidance if request.guidance is not None else card.guidance,
                sampler=request.sampler or card.sampler,
                seed=(first + n) % (LARGEST_SEED + 1),
                image=request.image,
                strength=request.strength if request.image else 1.0,
                mask=request.mask,
                exact=request.exact,
            )
            tiles.append(Tile(index=len(tiles), recipe=recipe))
    return tuple(tiles)


def size_of(request: ImageRequest, card: ModelCard) -> tuple[int, int]:
    """The size asked for; an aspect keeps the model's own area."""
    if request.width and request.height:
        width, height = request.width, request.height
    elif request.aspect:
        across, down = request.aspect
        area = card.width * card.height
        width = _side((area * across / down) ** 0.5, card)
        height = _side((area * down / across) ** 0.5, card)
    else:
        width, height = card.width, card.height
    if max(width, height) > card.largest:
        raise InvalidRequest(
            f"{width}x{height} is too large: {card.name} paints from {SMALLEST}x{SMALLEST} "
            f"to {card.largest}x{card.largest}."
        )
    return width, height


def _side(length: float, card: ModelCard) -> int:
    return min(card.largest, max(SMALLEST, round(length / STEP) * STEP))
