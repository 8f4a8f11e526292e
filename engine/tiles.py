"""Turns a request into its tiles: alternatives, count, seeds, and what the model chooses itself."""

from collections.abc import Mapping, Sequence

from engine.alternatives import expand
from engine.card import ModelCard
from engine.emphasis import read_emphasis
from engine.errors import InvalidRequest
from engine.job import Recipe, Tile
from engine.request import LARGEST_SEED, MOST_TILES, SMALLEST, ImageRequest
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
    sampler = sampler_of(request, card)
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
        _require_no_lora(prompt, negative)
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
                sampler=sampler,
                seed=(first + n) % (LARGEST_SEED + 1),
                image=request.image,
                strength=request.strength if request.image else 1.0,
                mask=request.mask,
                exact=request.exact,
            )
            tiles.append(Tile(index=len(tiles), recipe=recipe))
    return tuple(tiles)


def _require_no_lora(*texts: str) -> None:
    for text in texts:
        if loras := read_emphasis(text).loras:
            raise InvalidRequest(
                f"I have no LoRA “{loras[0].name}”. Take it out of the prompt, or write "
                f"\\<lora:… to have it there as text."
            )


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
    if width % card.multiple or height % card.multiple:
        nearest = "x".join(str(_side(side, card)) for side in (width, height))
        raise InvalidRequest(
            f"{card.name} paints no {width}x{height}: its widths and heights are multiples of "
            f"{card.multiple}. Try {nearest}."
        )
    return width, height


def sampler_of(request: ImageRequest, card: ModelCard) -> str:
    """The sampler asked for, where the model can be painted with it."""
    sampler = request.sampler or card.sampler
    if card.samplers and sampler not in card.samplers:
        raise InvalidRequest(
            f"{card.name} cannot be painted with {sampler}. "
            f"It can with: {', '.join(card.samplers)}."
        )
    return sampler


def _side(length: float, card: ModelCard) -> int:
    return min(card.largest, max(SMALLEST, round(length / card.multiple) * card.multiple))
