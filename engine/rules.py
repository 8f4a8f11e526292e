"""The rules of a server: what may be asked for and shown there."""

from collections.abc import Sequence

from engine.errors import InvalidRequest
from engine.filter import found_words, refused_word
from engine.job import Recipe, Tile
from engine.phrase import Phrase
from engine.request import ImageRequest
from engine.safety import Measure, Policy, stricter
from engine.server import ServerSettings
from engine.spot import Spot


def require_allowed(settings: ServerSettings, request: ImageRequest, tiles: Sequence[Tile]) -> None:
    """Raises InvalidRequest for what the server does not allow."""
    require_model(settings, tiles[0].recipe.model)
    if settings.most_pictures is not None and len(tiles) > settings.most_pictures:
        raise InvalidRequest(
            "That is {count} pictures, and {most} at once is the most on this server. Lower the "
            "count or take out alternatives.",
            count=len(tiles),
            most=settings.most_pictures,
        )
    if request.pictures and not settings.images:
        raise InvalidRequest(
            "This server does not allow pictures to begin from or to follow. Ask with words alone."
        )
    if not settings.loras and any(tile.recipe.loras for tile in tiles):
        raise InvalidRequest("This server does not allow LoRAs. Take the <lora:…> out.")
    # Each prompt once: tiles of one prompt differ in their seeds.
    prompts = dict.fromkeys(tile.recipe.prompt for tile in tiles)
    if word := refused_word(prompts, settings.refused):
        raise InvalidRequest(
            "This server refuses the word “{word}”. Say it otherwise.",
            word=found_words(prompts, word),
        )


def require_model(settings: ServerSettings, name: str) -> None:
    if not settings.allows_model(name):
        raise InvalidRequest(
            "This server does not allow the model {model}. It allows: {others}.",
            model=name,
            others=", ".join(settings.models),
        )


def measure_at(settings: ServerSettings, spot: Spot, policy: Policy) -> Measure | None:
    """What a picture is painted under there; None where it is what is done everywhere.

    Raises InvalidRequest where the server wants pictures looked at, and nothing here can.
    """
    wanted = settings.safety_at(spot)
    if stricter(policy.measure, wanted) == policy.measure:
        return None
    if policy.model is None:
        raise InvalidRequest(
            "This server wants every picture looked at, and there is no model here any more that "
            "does. Whoever runs Easel names one by EASEL_SAFETY_MODEL."
        )
    return wanted


def require_shown(recipe: Recipe, settings: ServerSettings, spot: Spot, policy: Policy) -> None:
    """Raises InvalidRequest for a picture that there is, and that would not be painted there now.

    The owner may have become stricter since, so what counts is what was done when it was painted.
    """
    if problem := _forbidden(recipe, settings):
        raise InvalidRequest(
            "{problem}, so that picture cannot be shown here. Look at it alone, or show it "
            "somewhere else.",
            problem=problem,
        )
    painted = stricter(policy.painted_under(recipe.hand), recipe.safety)
    if stricter(painted, stricter(policy.measure, settings.safety_at(spot))) != painted:
        raise InvalidRequest(
            "When that picture was painted, less was done about unsafe pictures than is done here "
            "now, so it cannot be shown here. Paint it again here, or look at it alone."
        )


def _forbidden(recipe: Recipe, settings: ServerSettings) -> Phrase | None:
    """What the server has against a picture, but for what is seen on it."""
    if not settings.allows_model(recipe.model):
        return Phrase("This server does not allow the model {model}", model=recipe.model)
    if not settings.loras and recipe.loras:
        return Phrase("This server does not allow LoRAs")
    if not settings.images and (recipe.image or recipe.controls or recipe.references):
        return Phrase("This server does not allow pictures to begin from or to follow")
    prompts = [recipe.prompt]
    if word := refused_word(prompts, settings.refused):
        return Phrase("This server refuses the word “{word}”", word=found_words(prompts, word))
    return None
