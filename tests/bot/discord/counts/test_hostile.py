"""Whatever somebody writes, it pings nobody, links nowhere, looks as written, and is taken."""

import re
import unicodedata
from collections.abc import Sequence

import pytest

from tests.bot.discord.conftest import Easel
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.hostile import EVERY, hostile
from tests.discord_server.components import texts_in
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL

ESCAPED = re.compile(r"\\(?:_|[^\w\s])")
AT_WORK = re.compile(r"[*_~`|<>\[\]]|@|://|discord\.gg/|^\s*(#|-|\+|\d+\.)\s")
"""What Discord would make something of, where no backslash stands before it."""
JOINER = "\u200d"


def at_work(words: str) -> list[str]:
    """What of a stranger's words does something or is not seen."""
    left = ESCAPED.sub("x", words)
    unseen = [one for one in words if unicodedata.category(one) in ("Cf", "Cc", "Cs", "Zl", "Zp")]
    return [one[0] for one in AT_WORK.finditer(left)] + [one for one in unseen if one != JOINER]


def is_last(message: Message) -> bool:
    """Whether nothing is painted, or any more."""
    return "Cancel" not in [button.label for button in message.buttons]


def words_of(message: Message) -> str:
    """What stands where the prompt does, or the sentence that says why it is not painted."""
    return next(iter(texts_in(message.now.components)), message.text)


async def test_a_name_that_nothing_has_does_nothing_in_the_sentence_about_it(
    server: Discord, crowd: Sequence[User], easel: Easel
) -> None:
    wrong = {}

    for number, name in enumerate(EVERY):
        user, model = crowd[number % len(crowd)], name[:100]
        asked = await server.command(user, GENERAL, "imagine", prompt="a fox", model=model)
        message = await server.message(asked)
        if found := at_work(words_of(message)):
            wrong[model] = (words_of(message), found)

    assert wrong == {}
    assert not server.record.refusals


@counted(500)
@pytest.mark.promise(19)
async def test_hostile_prompts_do_nothing_and_are_refused_nowhere(
    server: Discord, crowd: Sequence[User], easel: Easel, count: int
) -> None:
    easel.painter.gate.set()
    wrong = {}

    for number, prompt in enumerate(hostile(count)):
        user = crowd[number % len(crowd)]
        asked = await server.command(user, GENERAL, "imagine", prompt=prompt)
        message = await server.message(asked, is_last)
        if found := at_work(words_of(message)):
            wrong[prompt] = (words_of(message), found)

    assert wrong == {}
    assert not any(message.pings for message in server.all_messages())
    assert not server.record.refusals
