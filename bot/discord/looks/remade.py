"""What sets pictures apart that were made from others: varied, and enlarged."""

from collections.abc import Sequence

from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.job import Recipe

LONGEST = 60


def seed_of(recipes: Sequence[Recipe]) -> str:
    """What these came about by. Variations all have the seed that they lean away from."""
    seeds = list(dict.fromkeys(str(recipe.seed) for recipe in recipes))
    own = [str(recipe.variation_seed) for recipe in recipes if recipe.variation]
    if own and len(seeds) == 1 and len(own) == len(recipes):
        numbers = ", ".join(dict.fromkeys(own))
        if len(own) == 1:
            return say("variation", own=numbers, seed=seeds[0])
        return say("variations", own=numbers, seed=seeds[0])
    return say("seed", seed=seeds[0]) if len(seeds) == 1 else say("seeds", seeds=", ".join(seeds))


def larger(recipe: Recipe) -> list[str]:
    """In two words, where there is a line for each."""
    return [say("larger", factor=f"{recipe.upscale:g}")] if recipe.upscale > 1 else []


def remade(recipe: Recipe) -> list[str]:
    """What was done to it, besides painting from words alone."""
    told = []
    if recipe.variation:
        told.append(say("varied", share=round(recipe.variation * 100)))
    if recipe.upscale > 1:
        by = {"factor": f"{recipe.upscale:g}", "upscaler": shown(recipe.upscaler, LONGEST)}
        told.append(say("enlarged", **by))
        if recipe.keeps_image and not recipe.redraw:
            told.append(say("untouched"))
    return told
