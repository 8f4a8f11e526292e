"""Asks again for a picture: the request that its recipe alone makes, and what has changed since."""

from dataclasses import fields, replace

from engine.alternatives import literal
from engine.errors import InvalidRequest
from engine.job import Recipe
from engine.phrase import Phrase
from engine.request import STRENGTH, ImageRequest
from engine.wish import ControlWish, ReferenceWish

REROLL = Phrase("Re-roll it instead: that takes what is there today.")
ADDONS = {
    "loras": "LoRAs",
    "embeddings": "embeddings",
    "controls": "ControlNets",
    "references": "IP-Adapters",
    "upscaler_digest": "upscaler",
}


def request_of(recipe: Recipe) -> ImageRequest:
    """The request that is painted by this very recipe, whatever anybody's defaults are.

    Raises InvalidRequest where no request says what the recipe does.
    """
    said = {
        "prompt": literal(recipe.prompt),
        # Everything is said: what is left out would be as somebody likes it.
        "style": None,
        "aspect": None,
        "count": 1,
        "fresh": False,
        "upscaler": recipe.upscaler if recipe.upscale > 1 else None,
        "strength": recipe.strength if recipe.image else STRENGTH,
        "controls": tuple(
            ControlWish(
                name=control.name,
                image=control.image,
                weight=control.weight,
                start=control.start,
                end=control.end,
                preprocessor=control.preprocessor,
            )
            for control in recipe.controls
        ),
        "references": tuple(
            ReferenceWish(name=one.name, image=one.image, weight=one.weight)
            for one in recipe.references
        ),
    }
    same = ImageRequest.model_fields.keys() & {field.name for field in fields(Recipe)}
    return ImageRequest.model_validate(
        {**{name: getattr(recipe, name) for name in same - said.keys()}, **said}
    )


def require_same(recipe: Recipe, now: Recipe) -> None:
    """Raise InvalidRequest where what is painted now is not what was painted then.

    Who paints it is not looked at: that is the machine's choice. Nor is what is done with it if
    it is unsafe: that is the choice of where it is asked for.
    """
    now = replace(now, hand=recipe.hand, safety=recipe.safety)
    if now == recipe:
        return
    if now.digest != recipe.digest:
        raise InvalidRequest(
            "The model {model} has changed since. {mend}", model=recipe.model, mend=REROLL
        )
    for name, spoken in ADDONS.items():
        if getattr(now, name) != getattr(recipe, name):
            raise InvalidRequest(
                "The {kind} of that picture have changed since, or others are called by its words "
                "now. {mend}",
                kind=spoken,
                mend=REROLL,
            )
    raise InvalidRequest(
        "Easel reads that picture's recipe in another way by now. {mend}", mend=REROLL
    )
