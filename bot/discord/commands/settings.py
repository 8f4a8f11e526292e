"""Settings: what somebody gets where a request says nothing, shown, set and forgotten."""

from typing import Any

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.arrival.usual import usual_quote
from bot.discord.commands.everywhere import everywhere
from bot.discord.looks import settings as looks_settings
from bot.discord.speech.words import say
from bot.discord.typed.offers import offering_models, offering_samplers, offering_styles
from bot.sizes import ASPECTS
from bot.typed import read_preferences
from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.clock import utc_now
from engine.errors import InvalidRequest
from engine.preferences import GROUPS, NAMES
from engine.readable import LONGEST_PROMPT
from engine.request import MOST_COUNT

OPTIONS = (
    *("model", "aspect", "size", "steps", "guidance", "sampler"),
    *("negative", "style", "count", "exact", "forget"),
)
ALL = "all"


def add_settings(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    forgettable = [Choice(name=looks_settings.label(group), value=group) for group in GROUPS]
    forgettable.append(Choice(name=say("settings.all"), value=ALL))

    @tree.command(description=say("settings.about"))
    @app_commands.describe(**{name: say(f"settings.{name}") for name in OPTIONS})
    @app_commands.choices(
        aspect=[Choice(name=shape, value=shape) for shape in ASPECTS], forget=forgettable
    )
    @everywhere
    async def settings(
        interaction: Interaction,
        model: Range[str, 1, 100] | None = None,
        aspect: str | None = None,
        size: Range[str, 3, 20] | None = None,
        steps: Range[int, 1, 150] | None = None,
        guidance: Range[float, 0, 30] | None = None,
        sampler: Range[str, 1, 100] | None = None,
        negative: Range[str, 1, LONGEST_PROMPT] | None = None,
        style: Range[str, 1, 100] | None = None,
        count: Range[int, 1, MOST_COUNT] | None = None,
        exact: bool | None = None,
        forget: str | None = None,
    ) -> None:
        if aspect and size:
            raise InvalidRequest(say("both_sizes"))
        given = {
            "model": model,
            "aspect": aspect,
            "size": size,
            "steps": steps,
            "guidance": guidance,
            "sampler": sampler,
            "negative": negative,
            "style": style,
            "count": count,
            "exact": None if exact is None else "yes" if exact else "no",
        }
        typed = read_preferences({name: str(one) for name, one in given.items() if one is not None})
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        owner = owner_of(interaction)
        if typed or forget:
            await desk.app.chooser.set_preferences(
                Whose(kind=Kind.PERSON, id=owner.id),
                typed.change,
                Act(who=owner.id, at=utc_now()),
                forget=typed.forget | _forgotten(forget),
            )
        chosen = await desk.app.choices.chosen(owner.id, server_of(interaction))
        notes = desk.app.chooser.passed_over(chosen)
        quote = await usual_quote(desk, interaction)
        usual = quote.tiles[0].recipe if quote else None
        await answer.show(looks_settings.settings(chosen, notes, usual))

    settings.autocomplete("model")(offering_models(desk))
    settings.autocomplete("sampler")(offering_samplers(desk))
    settings.autocomplete("style")(offering_styles(desk))


def _forgotten(group: str | None) -> frozenset[str]:
    if group == ALL:
        return frozenset(NAMES)
    return frozenset(GROUPS.get(group or "", ()))
