"""Styles: which there are for somebody and what each does, one more of their own, one less."""

from typing import Any

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.looks import styles as looks_styles
from bot.discord.messages.parts import sentence
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from bot.discord.typed.fuzzy import offered
from bot.discord.typed.offers import choices
from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.clock import utc_now
from engine.readable import LONGEST_PROMPT
from engine.style import Style
from engine.styles import LONGEST_NAME, built_in_named


def add_styles(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    group = everywhere(app_commands.Group(name="styles", description=say("styles.about")))

    @group.command(name="list", description=say("styles.list"))
    async def show(interaction: Interaction) -> None:
        answer = Answer(interaction, desk.wire)
        if await answer.acknowledge(How.PRIVATE):
            await _show(desk, interaction, answer, 0)

    @group.command(name="add", description=say("styles.add"))
    @app_commands.describe(
        **{name: say(f"styles.{name}") for name in ("name", "prompt", "negative")}
    )
    async def add(
        interaction: Interaction,
        name: Range[str, 1, LONGEST_NAME],
        prompt: Range[str, 1, LONGEST_PROMPT],
        negative: Range[str, 0, LONGEST_PROMPT] = "",
    ) -> None:
        style = Style(name=name, prompt=prompt, negative=negative)
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        whose, act = _own(interaction)
        replaced = await desk.app.choices.add_style(whose, style, act)
        told = shown(style.name, LONGEST_NAME)
        words = say("styles.changed", name=told) if replaced else say("styles.added", name=told)
        if built_in_named(style.name):
            words += " " + say("styles.hides")
        await answer.show(sentence(words))

    @group.command(name="remove", description=say("styles.remove"))
    @app_commands.describe(name=say("styles.which"))
    async def remove(interaction: Interaction, name: Range[str, 1, 100]) -> None:
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        whose, act = _own(interaction)
        removed = await desk.app.choices.remove_style(whose, name, act)
        words = say("styles.removed", name=shown(removed.name, LONGEST_NAME))
        if built_in_named(removed.name):
            words += " " + say("styles.shows")
        await answer.show(sentence(words))

    @remove.autocomplete("name")
    async def own(interaction: Interaction, typed: str) -> list[Choice[str]]:
        chosen = await desk.app.choices.chosen(owner_of(interaction).id)
        return choices(offered(typed, [style.name for style in chosen.own_styles]))

    tree.add_command(group)


async def press_styles(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """That page, in the place of the one that is shown."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET):
        await _show(desk, interaction, answer, int(pressed.target))


async def _show(desk: Desk, interaction: Interaction, answer: Answer, page: int) -> None:
    chosen = await desk.app.choices.chosen(owner_of(interaction).id, server_of(interaction))
    await answer.show(looks_styles.styles(chosen, page))


def _own(interaction: Interaction) -> tuple[Whose, Act]:
    owner = owner_of(interaction).id
    return Whose(kind=Kind.PERSON, id=owner), Act(who=owner, at=utc_now())
