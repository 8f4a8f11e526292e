"""Edit: the words of a result to be changed, and painted again as they are then."""

from bot.discord.asked import Interaction, is_private, owner_of
from bot.discord.desk import Desk
from bot.discord.filled import Filled, Refused
from bot.discord.forms import LONGEST_FIELD, Field, open_form
from bot.discord.press import Press
from bot.discord.remade import asked_for
from bot.discord.seen import lent, seen_job
from bot.discord.words import say
from engine.errors import EaselError, InvalidRequest
from engine.prompt import read_prompt, write_prompt
from engine.request import ImageRequest

LONGEST_NUMBER = 12


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
    name = f"easel:edit:{job.id}" + ("" if pressed.tile is None else f":{pressed.tile}")
    fields = (
        Field(name="prompt", label=say("edit.prompt"), value=prompt, tall=True, required=True),
        Field(name="negative", label=say("edit.negative"), value=request.negative, tall=True),
        _number("seed", str(tile.seed)),
        _number("steps", str(tile.steps)),
    )
    await open_form(desk.wire, interaction, name, say("edit.title"), fields)


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
        raise Refused(filled, error) from error


def edited(request: ImageRequest, filled: Filled) -> ImageRequest:
    """Flags in the prompt count more than what was asked for before. Raises InvalidRequest."""
    before = request.model_dump(exclude={"prompt", "fresh"})
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
    if not typed.strip():
        return None
    if not (typed.strip().isascii() and typed.strip().isdigit()):
        raise InvalidRequest(say("edit.no_number", name=say(f"edit.{name}"), typed=typed[:20]))
    return int(typed)
