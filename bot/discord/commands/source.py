"""Use as source: any picture on a message, to begin a new one from."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands

from bot.discord.arrival.admitted import require_admitted
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.filled import Filled, Refused
from bot.discord.controls.forms import LONGEST_FIELD, Field, open_form
from bot.discord.controls.press import Press
from bot.discord.pictures.pointed import job_on, pictures_on
from bot.discord.pictures.seen import lent, seen_job, seen_tile
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from bot.discord.typed.typed_number import plain_number
from engine.errors import EaselError, InvalidRequest, NotFound
from engine.prompt import read_prompt, write_prompt
from engine.remade import asked_for
from engine.request import ImageRequest

PUBLIC, PRIVATE = "source", "sourceforme"
"""Who sees what comes of the form: the same people as the message that it was opened at."""
USUAL_STRENGTH = "0.6"
LONGEST_NUMBER = 20


class Lost(NotFound):
    """Nobody knows any more which pictures the form was opened for."""


def add_source(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.context_menu(name="Use as source")
    @everywhere
    async def use_as_source(interaction: Interaction, message: discord.Message) -> None:
        pictures = pictures_on(message)
        job = job_on(interaction, message)
        target = job or desk.pointed.put(interaction.user.id, pictures)
        prompt = await _known_prompt(desk, interaction, job) if job else ""
        typed = {"prompt": prompt, "strength": USUAL_STRENGTH}
        if len(pictures) > 1:
            typed["which"] = "1"
        action = PRIVATE if message.flags.ephemeral else PUBLIC
        form = Filled(action=action, target=target, tile=None, typed=typed)
        title, fields = say("source.title"), source_fields(typed)
        await open_form(desk.wire, interaction, form.name, title, fields)


def source_fields(typed: Mapping[str, str]) -> tuple[Field, ...]:
    """With what was typed by their names; of one picture nobody must say which."""
    words = typed.get("prompt", "")
    prompt = Field(name="prompt", label=say("source.prompt"), value=words, tall=True, required=True)
    numbers = (_short(name, typed[name]) for name in ("strength", "which") if name in typed)
    return (prompt, *numbers)


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
        strength = plain_number(filled.typed.get("strength", "")).replace(",", ".") or None
        prompt = filled.typed.get("prompt", "")
        request = read_prompt(prompt, image=digest, strength=strength)
        await lent(desk, request, owner, {digest})
        await desk.take(interaction, request, answer)
    except Lost as error:
        raise Refused(filled, error) from error
    except EaselError as error:
        raise Refused(filled, error, desk.drafts.put(interaction.user.id, filled)) from error


async def _known_prompt(desk: Desk, interaction: Interaction, job: str) -> str:
    """What a result of ours was painted from, to be changed; empty where no form holds it."""
    try:
        request = asked_for(await seen_job(desk, interaction, job), owner_of(interaction).id)
    except EaselError:
        return ""
    prompt = write_prompt(ImageRequest(prompt=request.prompt))
    return prompt if len(prompt) <= LONGEST_FIELD else ""


async def _require_job(desk: Desk, name: str) -> None:
    try:
        await desk.job(name)
    except NotFound as error:
        raise Lost(say("source.too_old")) from error


def _place(typed: str) -> int:
    """Counted from 0."""
    plain = plain_number(typed) or "1"
    if not (plain.isascii() and plain.isdigit() and int(plain)):
        named = say("source.which")
        raise InvalidRequest(say("edit.no_number", name=named, typed=shown(typed, 20)))
    return int(plain) - 1


def _short(name: str, value: str) -> Field:
    return Field(name=name, label=say(f"source.{name}"), value=value, longest=LONGEST_NUMBER)
