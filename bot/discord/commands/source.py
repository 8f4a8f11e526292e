"""Use as source: any picture on a message, to begin a new one from."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.admitted import require_admitted
from bot.discord.asked import Interaction, owner_of
from bot.discord.commands.everywhere import everywhere
from bot.discord.desk import Desk
from bot.discord.filled import Filled, Refused
from bot.discord.forms import Field, open_form
from bot.discord.pointed import job_on, pictures_on
from bot.discord.press import Press
from bot.discord.seen import lent, seen_tile
from bot.discord.words import say
from engine.errors import EaselError, InvalidRequest, NotFound
from engine.prompt import read_prompt

PUBLIC, PRIVATE = "source", "sourceforme"
"""Who sees what comes of the form: the same people as the message that it was opened at."""
USUAL_STRENGTH = "0.6"
LONGEST_NUMBER = 6


def add_source(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.context_menu(name="Use as source")
    @everywhere
    async def use_as_source(interaction: Interaction, message: discord.Message) -> None:
        pictures = pictures_on(message)
        name = job_on(interaction, message) or desk.pointed.put(interaction.user.id, pictures)
        fields = [
            Field(name="prompt", label=say("source.prompt"), tall=True, required=True),
            _short("strength", USUAL_STRENGTH),
        ]
        if len(pictures) > 1:
            fields.append(_short("which", "1"))
        action = PRIVATE if message.flags.ephemeral else PUBLIC
        form = f"easel:{action}:{name}"
        await open_form(desk.wire, interaction, form, say("source.title"), fields)


async def fill_source(desk: Desk, interaction: Interaction, filled: Filled) -> None:
    pictures = desk.pointed.get(filled.target, interaction.user.id)
    owner = owner_of(interaction)
    try:
        answer = await desk.opened(interaction, private=filled.action == PRIVATE)
        if answer is None:
            return
        place = _place(filled.typed.get("which", "1"))
        if pictures:
            await require_admitted(desk.app, interaction)
            picture = pictures[min(place, len(pictures) - 1)]
            digest = await desk.kept(owner, say("menu.picture"), picture)
        else:
            await _require_job(desk, filled.target)
            pressed = Press(action=filled.action, target=filled.target, tile=place)
            digest = (await seen_tile(desk, interaction, pressed)).file
        strength = filled.typed.get("strength", "").strip().replace(",", ".") or None
        prompt = filled.typed.get("prompt", "")
        request = read_prompt(prompt, image=digest, strength=strength)
        await lent(desk, request, owner, {digest})
        await desk.take(interaction, request, answer)
    except EaselError as error:
        raise Refused(filled, error) from error


async def _require_job(desk: Desk, name: str) -> None:
    try:
        await desk.job(name)
    except NotFound as error:
        raise NotFound(say("source.too_old")) from error


def _place(typed: str) -> int:
    """Counted from 0."""
    plain = typed.strip() or "1"
    if not (plain.isascii() and plain.isdigit() and int(plain)):
        raise InvalidRequest(say("edit.no_number", name=say("source.which"), typed=plain[:20]))
    return int(plain) - 1


def _short(name: str, value: str) -> Field:
    return Field(name=name, label=say(f"source.{name}"), value=value, longest=LONGEST_NUMBER)
