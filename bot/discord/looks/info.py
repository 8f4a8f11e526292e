"""How pictures were painted: what people want to know of it first, and all of it in a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import messages
from bot.discord.looks.remade import remade, seed_of
from bot.discord.messages.parts import LONGEST_TEXT, Part, Post, Upload, attached, text
from bot.discord.speech.shown import fenced, shown
from bot.discord.speech.words import say
from engine.again import request_of
from engine.errors import InvalidRequest
from engine.infotext import write_infotext
from engine.job import Recipe
from engine.prompt import write_prompt

MOST_KINDS = 3
"""Pictures on one message that were not painted alike; the file has the others too."""
LONGEST_FACTS = 700
LONGEST_NAME = 80
LONGEST_NUMBERS = 300
BLOCKS = 4
"""Of a kind: what was typed, what was painted, what was kept out, and how to paint it again."""
LONGEST_HEADING = 110
LEAST_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a picture: of one that comes from elsewhere no more than its recipe.

    `number` is what whoever asks can name it by.
    """

    recipe: Recipe
    number: int | None = None
    typed: str = ""
    seconds: float = 0.0
    painted: datetime | None = None


def recipes(pictures: Sequence[Told], *, credits: float | None = None) -> Post:
    """`credits` are what all of them took."""
    numbers = [str(picture.number) for picture in pictures if picture.number is not None]
    parts: list[Part] = []
    if numbers:
        parts.append(text(say("info.numbers", numbers=_few(numbers))))
    kinds = _kinds(pictures)[:MOST_KINDS]
    left = LONGEST_TEXT - LONGEST_NUMBERS - LONGEST_FACTS * len(kinds)
    each = left // (BLOCKS * len(kinds)) - LONGEST_HEADING
    for alike in kinds:
        parts += _blocks(alike, each)
        parts.append(text("\n".join(_facts(alike, credits))[:LONGEST_FACTS]))
    words = "\n\n".join(write_infotext(picture.recipe) for picture in pictures)
    upload = Upload(name="recipes.txt", kind="text/plain", content=words.encode())
    parts += [text(f"-# {say('info.file')}"), attached(upload)]
    return Post(parts=tuple(parts), uploads=(upload,))


def _kinds(pictures: Sequence[Told]) -> list[list[Told]]:
    """Those together that differ by chance and by words alone."""
    kinds: dict[Recipe, list[Told]] = {}
    for picture in pictures:
        kind = replace(picture.recipe, prompt="", seed=0, variation_seed=None, hand="")
        kinds.setdefault(kind, []).append(picture)
    return list(kinds.values())


def _blocks(alike: Sequence[Told], each: int) -> Iterator[Part]:
    first = alike[0]
    painted = "\n".join(dict.fromkeys(one.recipe.prompt for one in alike))
    told = [(say("info.painted"), painted), (say("settings.label.negative"), first.recipe.negative)]
    if first.typed and first.typed != painted:
        told.insert(0, (say("info.typed"), first.typed))
    again = _again(first.recipe)
    if again and fenced(again, each) == f"```\n{again}\n```":
        told.append((say("info.again") if len(alike) == 1 else say("info.again_first"), again))
    for heading, words in told:
        if words:
            yield text(f"**{heading}**\n{fenced(words, each)}")


def _facts(alike: Sequence[Told], credits: float | None) -> Iterator[str]:
    recipe, painted = alike[0].recipe, alike[0].painted
    seeds = list(dict.fromkeys(str(one.recipe.seed) for one in alike))
    facts = [
        (say("settings.label.model"), shown(recipe.model, LONGEST_NAME) if recipe.model else ""),
        (say("edit.seed"), _few(seeds)),
        (say("settings.label.size"), messages.size(recipe)),
    ]
    if any(recipe.painted_steps):
        facts.append((say("settings.label.steps"), str(recipe.steps)))
        facts.append((say("settings.label.sampler"), shown(recipe.sampler, LONGEST_NAME)))
        facts.append((say("settings.label.guidance"), f"{recipe.guidance:g}"))
    seconds = sum(one.seconds for one in alike)
    if seconds >= LEAST_SECONDS:
        facts.append((say("info.time"), say("seconds", seconds=seconds)))
    if credits is not None:
        facts.append((say("info.credits"), f"{credits:.1f}"))
    if painted is not None:
        facts.append((say("info.when"), f"<t:{round(painted.timestamp())}:f>"))
    for name, value in facts:
        if value:
            yield f"**{name}** {value}"
    if recipe.variation:
        yield _few([seed_of([one.recipe for one in alike])])
    yield from remade(recipe)


def _again(recipe: Recipe) -> str:
    """What paints it again, typed as a prompt; empty where words alone do not."""
    try:
        request = request_of(recipe)
    except InvalidRequest:
        return ""
    return "" if request.pictures or recipe.keeps_image else write_prompt(request)


def _few(words: Sequence[str]) -> str:
    told = ", ".join(words)
    return told if len(told) <= LONGEST_NUMBERS // 2 else f"{told[: LONGEST_NUMBERS // 2]}…"
