"""Every button, list and form of Easel's is used here: a new one needs a line of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from bot.discord.buttons import DOES, FILLS
from bot.discord.commands.source import PRIVATE, PUBLIC
from tests.bot.discord.conftest import Easel
from tests.bot.discord.results import painted, result
from tests.discord_server.components import Part, walk
from tests.discord_server.interaction import Interaction, Reply
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, MORGAN

Asked = tuple[str, Mapping[str, Any]]

A_FOX: Asked = ("imagine", {"prompt": "a fox --seed 7"})
TEN: Asked = ("imagine", {"prompt": "a fox --count 10"})
TWO: Asked = ("imagine", {"prompt": "a {red|blue} fox"})
WORDS: Sequence[Asked] = [
    ("mod filter", {"do": "add", "word": f"word{number}"}) for number in range(9)
]
SIXTEENTH: Asked = ("styles add", {"name": "mosaic", "prompt": "a mosaic of {prompt}"})
PRIVACY: Asked = ("help", {"topic": "privacy"})
FORM, GONE = "(a form opens)", "(the message goes)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From the last of these commands over other buttons to that one, and the words then read."""

    words: str
    asked: Sequence[Asked] = (A_FOX,)
    over: Sequence[str] = ()
    user: User = ALICE
    paints: bool = True


WAYS: Mapping[str, Way] = {
    "cancel": Way(words="Cancelled", paints=False),
    "reroll": Way(words=f"For <@{ALICE.id}>"),
    "vary": Way(words="varied by 20 %"),
    "upscale": Way(words="enlarged 2 times"),
    "edit": Way(words=FORM),
    "favourite": Way(words="a favourite now"),
    "info": Way(words="--seed 7"),
    "delete": Way(words=GONE),
    "agree": Way(words="4 steps", asked=[TWO]),
    "decline": Way(words=GONE, asked=[TWO]),
    "deeds": Way(words="word0", asked=[*WORDS, ("mod audit", {})], user=MORGAN),
    "older": Way(words="**1** ·", asked=[TEN, ("history", {})]),
    "newer": Way(words="**10** ·", asked=[TEN, ("history", {})], over=["older"]),
    "open": Way(words="a fox", asked=[A_FOX, ("history", {})]),
    "share": Way(words=f"<@{ALICE.id}> shows", asked=[A_FOX, ("history", {})], over=["open"]),
    "remove": Way(words="for good", asked=[A_FOX, ("show", {})]),
    "removeyes": Way(words="deleted", asked=[A_FOX, ("show", {})], over=["remove"]),
    "removeno": Way(words=GONE, asked=[A_FOX, ("show", {})], over=["remove"]),
    "line": Way(words="Being painted: 0", asked=[("queue", {})]),
    "withdraw": Way(words="Nothing of yours", asked=[A_FOX, ("queue", {})], paints=False),
    "styles": Way(words="**", asked=[SIXTEENTH, ("styles list", {})]),
    "help": Way(words="imagine", asked=[PRIVACY]),
    "example": Way(words="a red boat", asked=[("help", {})]),
    "forget": Way(words="delete", asked=[PRIVACY]),
    "forgetall": Way(words="deleted", asked=[PRIVACY], over=["forget"]),
}


def test_whatever_can_be_pressed_or_sent_is_used_here() -> None:
    assert sorted(DOES) == sorted([*WAYS, "again"])
    assert sorted(FILLS) == ["edit", PUBLIC, PRIVATE]


@pytest.mark.parametrize("action", WAYS)
async def test_every_button_does_what_it_says(server: Discord, easel: Easel, action: str) -> None:
    way = WAYS[action]
    if way.paints:
        easel.painter.gate.set()
    for name, options in way.asked:
        asked = await server.command(way.user, GENERAL, name, **options)
        await server.message(asked)
        if way.paints and name == "imagine" and options is not TWO[1]:
            await result(server, asked)

    for step in way.over:
        await used(server, way.user, await having(server, step), step)
    message = await having(server, action)
    versions = len(message.versions)
    pressed = await used(server, way.user, message, action)

    def read() -> bool:
        newer = [message] if len(message.versions) > versions else []
        return any(way.words in one.text for one in [*newer, *pressed.messages])

    if way.words is FORM:
        assert await pressed.replied() is Reply.MODAL
    elif way.words is GONE:
        await server.until(lambda: message.deleted, "the end of the message")
    else:
        await server.until(read, f"the words “{way.words}”")
    assert not server.record.refusals


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("form", ["Edit", "Use as source"])
async def test_every_form_paints_what_is_sent_after_it_was_refused(
    server: Discord, easel: Easel, form: str, private: bool
) -> None:
    fox = await painted(server, easel, private=private)

    if form == "Edit":
        opened = await server.press(ALICE, fox, form)
    else:
        opened = await server.menu(ALICE, fox, form)
    await opened.replied()
    await server.submit(opened, {"prompt": "a hen --stepps 9"})
    refused = await having(server, "again")
    again = await used(server, ALICE, refused, "again")
    await again.replied()
    hen = await result(server, await server.submit(again, {"prompt": "a hen"}))

    assert "--stepps" in refused.text
    assert "a hen" in hen.text
    assert hen.seen_by == ALICE or not private


async def having(server: Discord, action: str) -> Message:
    """The newest message with a button or list that does so, once there is one."""

    def there() -> list[Message]:
        messages = [one for one in server.all_messages() if not one.deleted]
        return [one for one in messages if name_of(one, action)]

    await server.until(lambda: bool(there()), f"something to press for “{action}”")
    return there()[-1]


def name_of(message: Message, action: str) -> str:
    names = [part.get("custom_id") or "" for _, part in walk(message.now.components)]
    return next((name for name in names if name.startswith(f"easel:{action}:")), "")


async def used(server: Discord, user: User, message: Message, action: str) -> Interaction:
    """Pressed, or its first choice taken; what comes of it may take a moment."""
    name = name_of(message, action)
    part = message.component(name)
    assert part is not None
    if part["type"] == Part.BUTTON:
        return await server.press(user, message, name)
    return await server.select(user, message, name, part["options"][0]["value"])
