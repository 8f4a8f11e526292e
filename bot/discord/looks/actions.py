"""What can be made of a result, as the buttons and lists under it."""

from collections.abc import Iterable, Sequence

from bot.discord.messages.parts import RED, Part, button, option, row, select
from bot.discord.speech.words import say
from engine.job import Job, Picture, Recipe

MOST_BUTTONS = 4
"""Of more tiles one is chosen from a list."""


def tiles_of(job: Job, pictures: Iterable[Picture]) -> list[int]:
    """Which tile each picture is: some may not be kept any more."""
    left = iter(job.tiles)
    found: list[int] = []
    for picture in pictures:
        told = _told(picture.recipe)
        tile = next((tile for tile in left if _told(tile.recipe) == told), None)
        found.append(tile.index if tile else len(found))
    return found


def actions(job: Job, tiles: Sequence[int]) -> list[Part]:
    """Under a message that shows these tiles of the job."""
    paints = not job.tiles[0].recipe.keeps_image
    on_all = [
        *([_button("reroll", job)] if paints else []),
        *(_button(action, job) for action in ("edit", "favourite", "info")),
        button(say("button.delete"), "delete", job.id, style=RED),
    ]
    # What was only enlarged has no seed to lean away from.
    on_one = ("upscale", "vary") if paints else ("upscale",)
    if len(job.tiles) == 1 and tiles:
        return [row(*(_button(action, job, 0) for action in on_one)), row(*on_all)]
    if len(tiles) > MOST_BUTTONS:
        return [*(_listed(action, job, tiles) for action in on_one), row(*on_all)]
    rows = [row(*(_numbered(action, job, tile) for tile in tiles)) for action in on_one if tiles]
    return [*rows, row(*on_all)]


def actions_of_one(job: Job, tile: int) -> list[Part]:
    """Under a message that shows that tile alone, whatever else the job painted."""
    paints = not job.tiles[tile].recipe.keeps_image
    on_one = ("upscale", "vary", "reroll", "edit") if paints else ("upscale", "edit")
    others = [_button(action, job, tile) for action in ("favourite", "info")]
    delete = button(say("button.delete"), "delete", job.id, style=RED)
    return [row(*(_button(action, job, tile) for action in on_one)), row(*others, delete)]


def _button(action: str, job: Job, tile: int | None = None) -> Part:
    return button(say(f"button.{action}"), action, job.id, tile=tile)


def _numbered(action: str, job: Job, tile: int) -> Part:
    return button(say(f"button.{action}_tile", tile=tile + 1), action, job.id, tile=tile)


def _listed(action: str, job: Job, tiles: Iterable[int]) -> Part:
    options = (option(say("tile", tile=tile + 1), str(tile)) for tile in tiles)
    return select(action, job.id, say(f"button.{action}_one"), options)


def _told(recipe: Recipe) -> tuple[object, ...]:
    """What tiles of one job differ in."""
    return (recipe.prompt, recipe.seed, recipe.variation_seed)
