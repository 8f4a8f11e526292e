"""What somebody points at by a message's menu: a result of ours, or any other picture."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import discord

from bot.discord.arrival.asked import Interaction
from bot.discord.controls.press import FORM
from bot.discord.pictures.fetched import Files
from bot.discord.speech.words import say
from bot.metadata import recipe_in
from engine.errors import InvalidRequest
from engine.job import Recipe

OF_RESULTS = frozenset({"reroll", "edit", "favourite", "info", "vary", "upscale"})
A_JOB = 32
MOST = 1000

Pictures = Sequence[discord.Attachment]


class Pointed:
    """Pictures that a form is open for. They are only kept while the program runs."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[int, Pictures]] = OrderedDict()

    def put(self, person: int, pictures: Pictures) -> str:
        """Answers what its form calls them."""
        name = uuid4().hex
        self._waiting[name] = (person, pictures)
        while len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
        return name

    def get(self, name: str, person: int) -> Pictures:
        """Nothing where they are unknown, or another's."""
        whose, pictures = self._waiting.get(name, (0, ()))
        return pictures if whose == person else ()


def job_on(interaction: Interaction, message: discord.Message) -> str | None:
    """The job whose result the message is."""
    if message.author.id != interaction.application_id and (
        interaction.client.user is None or message.author.id != interaction.client.user.id
    ):
        return None
    names = (getattr(part, "custom_id", None) for part in _parts(message.components))
    found = (re.fullmatch(FORM, name) for name in names if name)
    results = (one for one in found if one and one["action"] in OF_RESULTS)
    return next((one["target"] for one in results if len(one["target"]) == A_JOB), None)


def pictures_on(message: discord.Message) -> Pictures:
    """Raises InvalidRequest without any."""
    found = [one for one in message.attachments if (one.content_type or "").startswith("image/")]
    if not found:
        raise InvalidRequest(say("menu.no_picture"))
    return found


async def recipes_on(files: Files, message: discord.Message) -> list[Recipe]:
    """Those in the files of its pictures. Raises InvalidRequest without any."""
    found = []
    for picture in pictures_on(message):
        async with files.fetched(picture, say("menu.picture")) as content:
            recipe = await asyncio.to_thread(recipe_in, content)
        found += [recipe] if recipe else []
    if not found:
        raise InvalidRequest(say("menu.no_recipe"))
    return found


def _parts(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        yield part
        yield from _parts(getattr(part, "children", ()))
