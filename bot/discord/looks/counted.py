"""Counted things as every language says them."""

from bot.discord.speech.words import say
from engine.job import Recipe


def pictures_of(count: int) -> str:
    """Like 4 pictures."""
    return say("one_picture") if count == 1 else say("pictures", count=count)


def steps_of(recipe: Recipe) -> list[str]:
    """None where the picture was only enlarged."""
    if not any(recipe.painted_steps):
        return []
    return [say("one_step") if recipe.steps == 1 else say("steps", count=recipe.steps)]
