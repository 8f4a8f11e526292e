"""Turns a request into its tiles: alternatives, count, seeds, and what the model chooses itself."""

from collections.abc import Mapping, Sequence
from unicodedata import category

from engine.addon import Shelf
from engine.alternatives import expand
from engine.card import ModelCard
from engine.emphasis import read_emphasis
from engine.errors import InvalidRequest
from engine.extras import as_liked, embeddings_of, extras_of, loras_of
from engine.job import Recipe, Tile, enlarged
from engine.phrase import Phrase, Value
from engine.request import LARGEST_FINAL, LARGEST_SEED, MOST_TILES, SMALLEST, ImageRequest
from engine.sampler import sampler_named
from engine.style import Style, style_named, styled

NOTHING = Shelf()
TOLD_GUIDANCE = frozenset({"flux"})
"""The families without a row for what is unwanted."""


def tiles_of(
    request: ImageRequest,
    card: ModelCard,
    *,
    seed: int,
    wildcards: Mapping[str, Sequence[str]] | None = None,
    styles: Sequence[Style] = (),
    shelf: Shelf = NOTHING,
) -> tuple[Tile, ...]:
    """Tiles of one request differ in seed, or in which alternative was taken.

    `seed` is used where the request names none. Each alternative is painted with the same seeds,
    so that what differs is what the alternative says. With a variation all tiles are near one
    seed, and differ in the seed that they lean towards. `styles` go before the built-in ones.
    """
    first = request.seed if request.seed is not None else seed
    # Not towards the seed itself: the first tile would not vary.
    towards = request.variation_seed if request.variation_seed is not None else seed + 1
    width, height = size_of(request, card)
    _require_something_left(request, card)
    _require_guidance_ends(request, card)
    _require_outpaint_fits(request, width, height)
    _require_final_size(request, card, width, height)
    extras = extras_of(request, card, shelf)
    prompts = expand(request.prompt, wildcards or {}, first)
    if len(prompts) * request.count > MOST_TILES:
        raise InvalidRequest(
            "That makes {count} pictures. {most} is the most at once: take out alternatives or "
            "lower the count.",
            count=len(prompts) * request.count,
            most=MOST_TILES,
        )
    style = style_named(request.style, styles) if request.style else None
    tiles: list[Tile] = []
    for text in prompts:
        _require_words(text, among=len(prompts))
        prompt, negative = text, request.negative
        if style:
            prompt, negative = styled(style, prompt, negative)
        loras = loras_of(prompt, negative, card, shelf)
        embeddings = embeddings_of(prompt, negative, card, shelf)
        liked = as_liked(request, loras, card, shelf)
        sampler, steps = sampler_of(liked, card), liked.steps or card.steps
        require_possible_steps(sampler, steps)
        for n in range(request.count):
            step, lean = (0, n) if request.variation else (n, 0)
            recipe = Recipe(
                prompt=prompt,
                negative=negative,
                model=card.name,
                digest=card.digest,
                width=width,
                height=height,
                steps=steps,
                guidance=liked.guidance if liked.guidance is not None else card.guidance,
                sampler=sampler,
                seed=(first + step) % (LARGEST_SEED + 1),
                image=request.image,
                strength=request.strength if request.image else 1.0,
                mask=request.mask,
                outpaint=request.outpaint,
                guidance_end=request.guidance_end,
                cache=request.cache,
                rescale=request.rescale,
                clip_skip=request.clip_skip,
                variation=request.variation,
                variation_seed=(towards + lean) % (LARGEST_SEED + 1) if request.variation else None,
                upscale=request.upscale,
                upscaler=extras.upscaler,
                upscaler_digest=extras.upscaler_digest,
                redraw=request.redraw,
                loras=loras,
                embeddings=embeddings,
                controls=extras.controls,
                references=extras.references,
                exact=request.exact,
            )
            tiles.append(Tile(index=len(tiles), recipe=recipe))
    return tuple(tiles)


def _require_words(prompt: str, among: int) -> None:
    """Brackets alone say nothing. A LoRA says something, even without a word."""
    emphasis = read_emphasis(prompt)
    spoken = "".join(fragment.text for chunk in emphasis.chunks for fragment in chunk)
    # Letters, numbers and signs, as pictures in a text are.
    if emphasis.loras or any(category(letter)[0] in "LNS" for letter in spoken):
        return
    if among > 1:
        raise InvalidRequest(
            "One of the alternatives leaves nothing to paint. Put words into it or beside it."
        )
    raise InvalidRequest(
        "Tell me what to paint: there is no word in that prompt. Brackets only make words "
        "count more or less."
    )


def require_possible_steps(sampler: str, steps: int) -> None:
    most = sampler_named(sampler).most_steps
    if most is not None and steps > most:
        raise InvalidRequest(
            "{sampler} paints in {most} steps at most, not in {steps}. Take fewer steps or another "
            "sampler.",
            sampler=sampler,
            most=most,
            steps=steps,
        )


def _require_something_left(request: ImageRequest, card: ModelCard) -> None:
    if request.clip_skip > card.clip_skip:
        raise InvalidRequest(
            "A clip skip of {skip} leaves nothing of what {model} reads prompts with. Take at most "
            "{most}.",
            skip=request.clip_skip,
            model=card.name,
            most=card.clip_skip,
        )


def _require_guidance_ends(request: ImageRequest, card: ModelCard) -> None:
    if request.guidance_end != 1 and card.family in TOLD_GUIDANCE:
        raise InvalidRequest(
            "{model} is told its guidance as a number, which costs nothing and does not end. Leave "
            "guidance end out.",
            model=card.name,
        )


def _require_outpaint_fits(request: ImageRequest, width: int, height: int) -> None:
    left, top, right, bottom = request.outpaint or (0, 0, 0, 0)
    if width - left - right < SMALLEST or height - top - bottom < SMALLEST:
        raise InvalidRequest(
            "With {margins} to paint around it, too little of {width}x{height} is left for the "
            "image. Take a larger size or paint less around it.",
            margins=f"{left},{top},{right},{bottom}",
            width=width,
            height=height,
        )


def _require_final_size(request: ImageRequest, card: ModelCard, width: int, height: int) -> None:
    final = tuple(enlarged(side, request.upscale) for side in (width, height))
    largest = card.largest if request.redraw else LARGEST_FINAL
    if request.upscale > 1 and max(final) > largest:
        told: dict[str, Value] = {
            "width": width,
            "height": height,
            "factor": request.upscale,
            "wide": final[0],
            "high": final[1],
            "largest": largest,
            "mend": _other_upscale(request, card, width, height, largest),
        }
        if not request.redraw:
            raise InvalidRequest(
                "{width}x{height} enlarged {factor:g} times is {wide}x{high}, and {largest} is the "
                "longest side here. {mend}",
                **told,
            )
        raise InvalidRequest(
            "{width}x{height} enlarged {factor:g} times is {wide}x{high}, and {largest} is the "
            "longest side here that {model} paints over. {mend}",
            model=card.name,
            **told,
        )
    if request.redraw and any(side % card.multiple for side in final):
        raise InvalidRequest(
            "{model} paints no {width}x{height}: its widths and heights are multiples of {step}. "
            "{mend}",
            model=card.name,
            width=final[0],
            height=final[1],
            step=card.multiple,
            mend=_other_upscale(request, card, width, height, largest),
        )


def _other_upscale(
    request: ImageRequest, card: ModelCard, width: int, height: int, largest: int
) -> Phrase:
    """The largest that is possible from there, and no larger than what was asked for."""
    step = card.multiple if request.redraw else 1
    first = min(round(request.upscale * 100), int(largest / max(width, height) * 100))
    for hundredths in range(first, 100, -1):
        factor = hundredths / 100
        final = [enlarged(side, factor) for side in (width, height)]
        if max(final) <= largest and not any(side % step for side in final):
            return Phrase("Take {factor:g} at most.", factor=factor)
    return Phrase("Begin with a smaller size.")


def size_of(request: ImageRequest, card: ModelCard) -> tuple[int, int]:
    """The size asked for; an aspect keeps the model's own area.

    What is only enlarged need not be of a size that the model can paint.
    """
    if request.width and request.height:
        width, height = request.width, request.height
    elif request.aspect:
        across, down = request.aspect
        area = card.width * card.height
        width = _side((area * across / down) ** 0.5, card)
        height = _side((area * down / across) ** 0.5, card)
    else:
        width, height = card.width, card.height
    if not request.strength and not request.redraw:
        return width, height  # the model paints nothing of it
    if max(width, height) > card.largest:
        raise InvalidRequest(
            "{width}x{height} is too large: {model} paints from {least}x{least} to {most}x{most}. "
            "Try {mend}.",
            width=width,
            height=height,
            model=card.name,
            least=_least(card),
            most=card.largest,
            mend=_nearest(width, height, card),
        )
    if width % card.multiple or height % card.multiple:
        raise InvalidRequest(
            "{model} paints no {width}x{height}: its widths and heights are multiples of {step}. "
            "Try {mend}.",
            model=card.name,
            width=width,
            height=height,
            step=card.multiple,
            mend=_nearest(width, height, card),
        )
    return width, height


def sampler_of(request: ImageRequest, card: ModelCard) -> str:
    """The sampler asked for, where the model can be painted with it."""
    sampler = request.sampler or card.sampler
    if card.samplers and sampler not in card.samplers:
        raise InvalidRequest(
            "{model} cannot be painted with {sampler}. It can with: {samplers}.",
            model=card.name,
            sampler=sampler,
            samplers=", ".join(card.samplers),
        )
    return sampler


def _nearest(width: int, height: int, card: ModelCard) -> str:
    """The size in that shape, or nearly, that is as large as the model paints."""
    share = min(1.0, card.largest / max(width, height))
    return "x".join(str(_side(side * share, card)) for side in (width, height))


def _side(length: float, card: ModelCard) -> int:
    most = card.largest // card.multiple * card.multiple
    return min(most, max(_least(card), round(length / card.multiple) * card.multiple))


def _least(card: ModelCard) -> int:
    return -(-SMALLEST // card.multiple) * card.multiple
