"""What people ask for by pointing at a picture: it once more, varied, or larger."""

from collections.abc import Mapping

from engine.again import request_of
from engine.alternatives import literal
from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.job import Job, Recipe, enlarged
from engine.request import LARGEST, MOST_COUNT, ImageRequest, nearest_side
from engine.sampler import sampler_named

VARIATION = 0.2
FACTOR = 2.0
MOST_ENLARGED = 2 * LARGEST


def asked_for(job: Job, person: str, tile: int | None = None) -> ImageRequest:
    """What the whole job, or that tile alone, was asked for by, as that person can ask for it."""
    if tile is not None:
        return request_of(job.tiles[tile].recipe)
    if job.request.style and job.owner.id != person:
        # It may be a style of theirs, which nobody else has.
        return several(request_of(job.tiles[0].recipe), min(len(job.tiles), MOST_COUNT))
    return job.request


def several(request: ImageRequest, count: int) -> ImageRequest:
    return ImageRequest.model_validate({**request.model_dump(), "count": count})


def rerolled(request: ImageRequest, recipe: Recipe) -> ImageRequest:
    """The same words and settings by new chance; a variation stays near its picture."""
    if recipe.keeps_image:
        raise InvalidRequest(
            "That one was only enlarged, so there is nothing to do by chance. Re-roll the "
            "picture that it was made from."
        )
    told = request.model_dump()
    if recipe.variation:
        told |= {"seed": recipe.seed, "variation_seed": None}
    else:
        told |= {"seed": None}
    return ImageRequest.model_validate(told)


def varied(
    recipe: Recipe, file: str, *, strength: float, count: int, from_seen: bool = False
) -> ImageRequest:
    """Something near to the picture, whose file is kept under that digest.

    With `from_seen` it begins from that file and from no other.
    """
    if recipe.keeps_image:
        raise InvalidRequest(
            "That one was only enlarged, so nothing of it can vary. Vary the picture that it "
            "was made from."
        )
    told = request_of(recipe).model_dump() | {"count": count, "variation_seed": None}
    if from_seen:
        told |= {"controls": (), "references": ()}
    if recipe.variation or from_seen:
        # No noise lies near two seeds and a third one, so it begins from what is seen. There a
        # strength says how many of the steps are painted: of few nothing would come.
        told |= {"seed": None, "variation": 0.0, "image": file, "strength": strength**0.5}
        told |= {"mask": None, "outpaint": None}
    else:
        told |= {"variation": strength}
    return ImageRequest.model_validate(told)


def upscaled(recipe: Recipe, file: str, *, factor: float, redraw: float) -> ImageRequest:
    """That very picture, larger; with `redraw` painted over in a second pass."""
    width, height = recipe.final_size
    if max(width, height) > LARGEST:
        raise InvalidRequest(
            "That one has {width}×{height} pixels already. I enlarge what has no side above "
            "{largest}.",
            width=width,
            height=height,
            largest=LARGEST,
        )
    if max(width, height) * factor > MOST_ENLARGED:
        raise InvalidRequest(
            "That would be {width}×{height} pixels. I enlarge up to {largest} a side, so take a "
            "smaller factor.",
            width=enlarged(width, factor),
            height=enlarged(height, factor),
            largest=MOST_ENLARGED,
        )
    told = request_of(recipe).model_dump() | {
        "image": file,
        "strength": 0.0,
        "mask": None,
        "outpaint": None,
        "width": width,
        "height": height,
        "variation": 0.0,
        "variation_seed": None,
        "upscale": factor,
        "upscaler": None,
        "redraw": redraw,
        # They painted it, and would only bend what is there.
        "controls": (),
        "references": (),
    }
    return ImageRequest.model_validate(told)


def borrowed(recipe: Recipe, cards: Mapping[str, ModelCard]) -> ImageRequest:
    """What a recipe from elsewhere says, as far as it can be had here, by new chance."""
    known = {card.name.lower(): card.name for card in cards.values()}
    try:
        sampler = sampler_named(recipe.sampler).name
    except InvalidRequest:
        sampler = None
    told = {
        "negative": recipe.negative,
        "model": known.get(recipe.model.lower()),
        "width": nearest_side(recipe.width),
        "height": nearest_side(recipe.height),
        "steps": recipe.steps,
        "guidance": recipe.guidance,
        "sampler": sampler,
        "clip_skip": recipe.clip_skip,
    }
    said = {name: value for name, value in told.items() if value is not None}
    return ImageRequest.model_validate({"prompt": literal(recipe.prompt), **said})
