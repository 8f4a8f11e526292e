"""Whatever comes from Discord in whichever field, it is answered, and nothing breaks."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from bot.discord.buttons import DOES as BUTTONS
from bot.discord.speech.words import CATALOGUES
from tests.bot.discord.commands.test_every_command import DOES, MENUS, leaves
from tests.bot.discord.conftest import Easel
from tests.bot.discord.results import painted
from tests.discord_server.command_rules import CHAT
from tests.discord_server.interaction import Interaction, Reply
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.offer import leaf
from tests.discord_server.options import Takes
from tests.discord_server.refused import Json
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL, MORGAN
from tests.security.corpus import texts
from tests.security.entrances import bugs_in, through

LONGEST_OPTION, LONGEST_ID = 6000, 100
MODERATES, CLOSES = "mod ", ("mod channel", "mod pause")
CHOSEN = frozenset({"do", "queue", "topic", "aspect", "language"})
"""Options whose words Discord itself has people choose from."""
NUMBERS = (0, -1, 1, 2**53 - 1, -(2**53), 2**31, 150, 151)


class Spoiler:
    """Exchanges what a person typed before the bot hears of it."""

    def __init__(self, count: int) -> None:
        self._chance = random.Random(11)
        self._words = texts(count)

    def word(self, most: int = LONGEST_OPTION) -> str:
        # Discord itself takes only what is text.
        word = self._chance.choice(self._words)[:most]
        return word.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") or "a"

    def options(self, payload: Json) -> None:
        self._exchange(payload["data"].get("options", []))

    def fields(self, payload: Json) -> None:
        self._exchange(payload["data"]["components"])

    def button(self, message: Message) -> None:
        """Discord tells only of buttons that are on a message, so its own is called otherwise."""
        action = self._chance.choice(sorted(BUTTONS))
        target = self._chance.choice(["0" * 32, "7", self.word(), f"{'0' * 32}:{self.word()}"])
        button = message.component("Info")
        assert button is not None
        button["custom_id"] = f"easel:{action}:{target}"[:LONGEST_ID]

    def _exchange(self, parts: list[Json]) -> None:
        for part in parts:
            self._exchange(part.get("options") or part.get("components") or [])
            if isinstance(part.get("component"), dict):
                self._exchange([part["component"]])
            match part.get("value"):
                case str() if part.get("name") not in CHOSEN and part["type"] in (3, 4):
                    part["value"] = self.word()
                case int() | float() if part["type"] in (4, 10):
                    part["value"] = self._chance.choice(NUMBERS)


def options_of(server: Discord, name: str) -> dict[str, Any]:
    """A letter for each option that takes words, beside what the command does with usually."""
    first, *rest = name.split()
    [command] = [one for one in server.commands if one["name"] == first and one["type"] == CHAT]
    words = [
        option["name"]
        for option in leaf(command, rest)
        if option["type"] == Takes.TEXT and not option.get("choices")
    ]
    return {**dict.fromkeys(words, "a fox"), **DOES[name][0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who asks, and in which ways there are."""

    server: Discord
    people: Sequence[User]
    spoiler: Spoiler

    @property
    def names(self) -> list[str]:
        return sorted(leaves(one for one in self.server.commands if one["type"] == CHAT))

    async def ask(self, number: int, fox: Message) -> Interaction | None:
        """In one of all ways; None where it was asked and answered at once."""
        user, server = self.people[number % len(self.people)], self.server
        names = [name for name in self.names if not name.startswith(MODERATES)]
        match number % 5:
            case 0 | 1:
                return await self.command(user, names[number // 5 % len(names)])
            case 2:
                places = [(name, one) for name in names for one in completed(server, name)]
                place = places[number // 5 % len(places)]
                await server.autocomplete(user, GENERAL, *place, self.spoiler.word())
                return None
            case 3:
                self.spoiler.button(fox)
                return await server.press(user, fox, "Info")
            case _:
                opened = await server.menu(user, fox, sorted(MENUS)[number // 5 % len(MENUS)])
                if await opened.replied() is not Reply.MODAL:
                    return opened
                server.spoil(self.spoiler.fields)
                return await server.submit(opened, {})

    async def moderate(self, share: float) -> Interaction:
        """What closes channels and the queue comes last."""
        names = [name for name in self.names if name.startswith(MODERATES)]
        names.sort(key=lambda name: name in CLOSES)
        return await self.command(MORGAN, names[int(share * len(names))])

    async def command(self, user: User, name: str) -> Interaction:
        self.server.spoil(self.spoiler.options)
        return await self.server.command(user, GENERAL, name, **options_of(self.server, name))


def completed(server: Discord, name: str) -> list[str]:
    """The options of a command that offer something while somebody types."""
    first, *rest = name.split()
    [command] = [one for one in server.commands if one["name"] == first and one["type"] == CHAT]
    return [option["name"] for option in leaf(command, rest) if option.get("autocomplete")]


def bug_sentences(catalogues: Mapping[str, Mapping[str, object]] = CATALOGUES) -> set[str]:
    return {str(catalogue["bug"])[:40] for catalogue in catalogues.values() if "bug" in catalogue}


@through("discord")
@pytest.mark.promise(17, count=1500)
async def test_whatever_comes_from_discord_is_answered(
    server: Discord,
    crowd: Sequence[User],
    easel: Easel,
    count: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    easel.painter.gate.set()
    fox = await painted(server, easel, "a fox --seed 7")
    asking = Crowd(server=server, people=crowd, spoiler=Spoiler(count))
    wrong, moderated = [], count * 4 // 5

    for number in range(count):
        if fox.deleted or fox.component("Info") is None:
            # A button that was called otherwise has made something else of it.
            fox = await painted(server, easel, "a fox --seed 7 --fresh")
        if number < moderated:
            asked = await asking.ask(number, fox)
        else:
            asked = await asking.moderate((number - moderated) / (count - moderated))
        if asked is None or await asked.replied() is Reply.MODAL:
            continue
        # A message that is gone was answered too.
        await server.until(partial(is_over, asked), f"an answer to {asked.data}"[:500])
        said = [message.text for message in asked.messages]
        wrong += [text for text in said if any(bug in text for bug in bug_sentences())]

    assert wrong == []
    assert not server.record.refusals
    assert bugs_in(caplog.records) == []


def is_over(asked: Interaction) -> bool:
    """Whether something else than a loading message came of it."""
    if asked.reply in (Reply.MESSAGE, Reply.UPDATE, Reply.DEFERRED_UPDATE, Reply.MODAL):
        return True
    return bool(asked.messages) or asked.original is not None
