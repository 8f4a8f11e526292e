"""Imagine: paints what somebody says, and offers what there is while they type."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.admitted import require_admitted
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.speech.words import say
from bot.discord.typed.offers import (
    offering_models,
    offering_prompts,
    offering_samplers,
    offering_styles,
)
from bot.sizes import ASPECTS, read_aspect, read_size
from engine.errors import InvalidRequest
from engine.prompt import read_prompt
from engine.readable import LONGEST_PROMPT
from engine.request import LARGEST_SEED, MOST_COUNT, ImageRequest

OPTIONS = (
    *("prompt", "negative", "model", "aspect", "size", "steps", "guidance", "sampler", "seed"),
    *("count", "style", "image", "strength", "mask", "private"),
)
UNKNOWN_YET = "0" * 64
"""Stands for the digest of a picture that must still be fetched."""


def add_imagine(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    """Everywhere: in servers, direct messages, and wherever a person takes the bot along."""

    @tree.command(description=say("imagine.about"))
    @app_commands.describe(**{name: say(f"imagine.{name}") for name in OPTIONS})
    @app_commands.choices(aspect=[Choice(name=shape, value=shape) for shape in ASPECTS])
    @everywhere
    async def imagine(
        interaction: Interaction,
        prompt: Range[str, 1, LONGEST_PROMPT],
        negative: Range[str, 0, LONGEST_PROMPT] | None = None,
        model: Range[str, 1, 100] | None = None,
        aspect: str | None = None,
        size: Range[str, 3, 20] | None = None,
        steps: Range[int, 1, 150] | None = None,
        guidance: Range[float, 0, 30] | None = None,
        sampler: Range[str, 1, 100] | None = None,
        seed: Range[int, 0, LARGEST_SEED] | None = None,
        count: Range[int, 1, MOST_COUNT] | None = None,
        style: Range[str, 1, 100] | None = None,
        image: discord.Attachment | None = None,
        strength: Range[float, 0, 1] | None = None,
        mask: discord.Attachment | None = None,
        private: bool = False,
    ) -> None:
        if aspect and size:
            raise InvalidRequest(say("both_sizes"))
        width, height = read_size(size) if size else (None, None)
        sources = {"image": image, "mask": mask}
        there = {name: source for name, source in sources.items() if source is not None}
        given = {
            "negative": negative,
            "model": model,
            "aspect": read_aspect(aspect) if aspect else None,
            "width": width,
            "height": height,
            "steps": steps,
            "guidance": guidance,
            "sampler": sampler,
            "seed": seed,
            "count": count,
            "style": style,
            "strength": strength,
            **dict.fromkeys(there, UNKNOWN_YET),
        }
        # What is not said at all is left to the defaults of the person and the server.
        said = {name: value for name, value in given.items() if value is not None}
        request = read_prompt(prompt, **said)
        answer = await desk.opened(interaction, private=private)
        if answer is None:
            return
        if there:
            await require_admitted(desk.app, interaction)
            owner = owner_of(interaction)
            kept = {name: await desk.kept(owner, name, file) for name, file in there.items()}
            request = ImageRequest.model_validate({**request.model_dump(), **kept})
        await desk.take(interaction, request, answer)

    imagine.autocomplete("prompt")(offering_prompts(desk))
    imagine.autocomplete("model")(offering_models(desk))
    imagine.autocomplete("sampler")(offering_samplers(desk))
    imagine.autocomplete("style")(offering_styles(desk))
