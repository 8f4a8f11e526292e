"""Filter: the words, phrases and patterns that no prompt may say on this server."""

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.asked import Interaction, moderates, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.session import Session
from bot.discord.looks.lines import block
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from bot.discord.typed.fuzzy import offered
from engine.errors import InvalidRequest
from engine.filter import words_of
from engine.moderation import LONGEST_WHY
from engine.pattern import is_pattern
from engine.server import LONGEST_WORD

ADD, REMOVE, LIST = "add", "remove", "list"


def add_filter(group: app_commands.Group, desk: Desk) -> None:
    choices = [
        Choice(name=say("mod.filter.add"), value=ADD),
        Choice(name=say("mod.filter.remove"), value=REMOVE),
        Choice(name=say("mod.filter.list"), value=LIST),
    ]

    @group.command(name="filter", description=say("mod.filter.about"))
    @app_commands.describe(
        do=say("mod.filter.do"), word=say("mod.filter.word"), reason=say("mod.reason")
    )
    @app_commands.choices(do=choices)
    async def change(
        interaction: Interaction,
        do: str,
        word: Range[str, 1, LONGEST_WORD] | None = None,
        reason: Range[str, 0, LONGEST_WHY] = "",
    ) -> None:
        if do != LIST and not (word or "").strip():
            raise InvalidRequest(say("mod.filter.which"))
        session = await Session.opened(desk, interaction, why=reason)
        if session is None:
            return
        said = " ".join((word or "").split())
        if do == LIST:
            await _list(session)
        elif do == ADD:
            await _set(session, said, there=True)
        else:
            await _set(session, said, there=False)

    @change.autocomplete("word")
    async def words(interaction: Interaction, typed: str) -> list[Choice[str]]:
        # What is to be added is none of those that are there.
        if interaction.namespace.do != REMOVE or not interaction.guild_id:
            return []
        if not moderates(interaction):
            return []
        chosen = await desk.app.choices.chosen(None, server_of(interaction))
        return [Choice(name=one, value=one) for one in offered(typed, chosen.settings.refused)]


async def _set(session: Session, word: str, *, there: bool) -> None:
    """Raises InvalidRequest for what is no word, and for what is as it should be already."""
    async with session.desk.changing:
        refused = (await session.settings()).refused
        alike = [one for one in refused if _same(one, word)]
        if there and alike:
            raise InvalidRequest(say("mod.filter.known", word=shown(word)))
        if not there and not alike:
            raise InvalidRequest(say("mod.filter.unknown", word=shown(word)))
        after = [*refused, word] if there else [one for one in refused if one not in alike]
        change = {"refused": after}
        await session.desk.app.chooser.set_settings(session.whose, change, session.act)
    if there:
        await session.done(say("mod.filter.added", word=shown(word)))
    else:
        await session.done(say("mod.filter.removed", word=shown(word)))


async def _list(session: Session) -> None:
    refused = (await session.settings()).refused
    if not refused:
        await session.show(say("mod.filter.nothing"))
        return
    await session.show(block(sorted(refused), "refused.txt"))


def _same(one: str, other: str) -> bool:
    """Words that are compared as the same are the same word."""
    if is_pattern(one) or is_pattern(other):
        return one == other
    return words_of(one) == words_of(other)
