"""How pictures were painted, as texts to be copied."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.discord.parts import LONGEST_TEXT, Post, Upload, attached, text
from bot.discord.shown import fenced
from bot.discord.words import say
from engine.infotext import write_infotext
from engine.job import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A recipe, and the number by which whoever asks can name its picture."""

    recipe: Recipe
    number: int | None = None


def recipes(pictures: Sequence[Told]) -> Post:
    """In a block; beside it a file where that cannot have every letter, or is too long."""
    words = "\n\n".join(write_infotext(picture.recipe) for picture in pictures)
    numbers = [str(picture.number) for picture in pictures if picture.number is not None]
    head = [text(say("info.numbers", numbers=", ".join(numbers)))] if numbers else []
    block = fenced(words, LONGEST_TEXT)
    exact = block == f"```\n{words}\n```"
    tail = [] if exact else [text(say("info.exact"))]
    if sum(len(part["content"]) for part in (*head, *tail)) + len(block) > LONGEST_TEXT:
        block, exact, tail = say("info.long"), False, []
    if exact:
        return Post(parts=(*head, text(block)))
    upload = Upload(name="recipes.txt", kind="text/plain", content=words.encode())
    return Post(parts=(*head, text(block), *tail, attached(upload)), uploads=(upload,))
