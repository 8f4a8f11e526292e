"""Edit: the words of a result to be changed, and painted again as they are then."""

from collections.abc import Mapping

from bot.discord.arrival.asked import Interaction, is_private, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.controls.filled import Filled, Refused
from bot.discord.controls.forms import LONGEST_FIELD, Field, open_form
from bot.discord.controls.press import Press
from bot.discord.pictures.seen import lent, seen_job
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from bot.discord.typed.typed_number import plain_number
from engine.errors import EaselError, InvalidRequest
from engine.prompt import read_prompt, write_prompt
from engine.remade import asked_for
from engine.request import ImageRequest

EDIT = "edit"
"""What its form does, as a name says it."""
LONGEST_NUMBER = 20


async def press_edit(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """A form must be the first answer, so no more is read before it than the job."""
    job = await seen_job(desk, interaction, pressed.target, pressed.tile)
    owner = owner_of(interaction)
    request = asked_for(job, owner.id, pressed.tile)
    await lent(desk, request, owner)
    prompt = write_prompt(ImageRequest(prompt=request.prompt))
    if max(len(prompt), len(request.negative)) > LONGEST_FIELD:
        raise InvalidRequest(say("edit.too_long", most=LONGEST_FIELD))
    tile = job.tiles[pressed.tile or 0].recipe
    typed = {
        "prompt": prompt,
        "negative": request.negative,
        "seed": str(tile.seed),
        "steps": str(tile.steps),
    }
    form = Filled(action=EDIT, target=job.id, tile=pressed.tile, typed=typed)
    await open_form(desk.wire, interaction, form.name, say("edit.title"), edit_fields(typed))


def edit_fields(typed: Mapping[str, str]) -> tuple[Field, ...]:
    """With what was typed by their names."""
    prompt, negative = typed.get("prompt", ""), typed.get("negative", "")
    return (
        Field(name="prompt", label=say("edit.prompt"), value=prompt, tall=True, required=True),
        Field(name="negative", label=say("edit.negative"), value=negative, tall=True),
        _number("seed", typed.get("seed", "")),
        _number("steps", typed.get("steps", "")),
    )


async def fill_edit(desk: Desk, interaction: Interaction, filled: Filled) -> None:
    try:
        answer = await desk.opened(interaction, private=is_private(interaction))
        if answer is None:
            return
        job = await seen_job(desk, interaction, filled.target, filled.tile)
        owner = owner_of(interaction)
        request = edited(asked_for(job, owner.id, filled.tile), filled)
        await lent(desk, request, owner)
        await desk.take(interaction, request, answer)
    except EaselError as error:
        raise Refused(filled, error, desk.drafts.put(interaction.user.id, filled)) from error


def edited(request: ImageRequest, filled: Filled) -> ImageRequest:
    """Flags in the prompt meet what stands in the fields as they meet the options of /imagine.

    Raises InvalidRequest.
    """
    idle = set() if request.image else {"strength"}
    before = request.model_dump(exclude={"prompt", "fresh", *idle})
    told = {
        "negative": filled.typed.get("negative", ""),
        "seed": _whole("seed", filled.typed.get("seed", "")),
        "steps": _whole("steps", filled.typed.get("steps", "")),
    }
    return read_prompt(filled.typed.get("prompt", ""), **{**before, **told})


def _number(name: str, value: str) -> Field:
    return Field(
        name=name,
        label=say(f"edit.{name}"),
        value=value,
        longest=LONGEST_NUMBER,
        hint=say(f"edit.any_{name}"),
    )


def _whole(name: str, typed: str) -> int | None:
    """None where it is left open."""
    plain = plain_number(typed)
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit()):
        named = say(f"edit.{name}")
        raise InvalidRequest(say("edit.no_number", name=named, typed=shown(typed, 20)))
    return int(plain)
