"""What the pages tell people to type on Discord is a command there, with those options."""

import re
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.discord.arrival.desk import Desk
from bot.discord.client import Client
from bot.discord.connection.budget import Budget
from bot.invite import PERMISSIONS, invite
from tests.docs.pages import PAGES, ROOT, Page

TYPED = re.compile(r"/([a-z]+)((?: .*)?)")
OPTION = re.compile(r"(?:^|\s)([a-z_]+):(?=\S)")

Options = Mapping[str, frozenset[str]]


@pytest.fixture(scope="module")
def commands() -> Options:
    """The options of every command, by its whole name: `mod quota`."""
    # Commands are made without asking the desk anything; it is asked when somebody calls them.
    nowhere = cast(Desk, SimpleNamespace(commands={}))
    tree = Client(nowhere, Budget(gap=1), ready_s=1, silence_s=60).tree
    return dict(_all(tree.get_commands()))


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_every_command_of_discord_is_one_with_those_options(each: Page, commands: Options) -> None:
    for told in _told(each):
        found = _found(told, commands)
        assert found is not None or _is_route(told), told
        assert found is None or _options(told) <= commands[found], told


@pytest.mark.parametrize("typed", ["/moderation", "/mod qouta person:@fox", "/imagine promt:fox"])
def test_a_command_that_there_is_not_is_seen(typed: str, commands: Options) -> None:
    found = _found(typed, commands)

    assert found is None or not _options(typed) <= commands[found]


def test_every_command_of_moderators_is_on_their_page(commands: Options) -> None:
    [moderators] = [each for each in PAGES if str(each) == "docs/moderators.md"]
    told = {_found(one, commands) for one in _told(moderators)}

    assert {name for name in commands if name.startswith("mod ")} <= told


def _told(each: Page) -> Iterator[str]:
    for told in each.code:
        for one in told.split(", /"):
            if TYPED.fullmatch(one):
                yield one
    for block in each.blocks("text"):
        yield from (line for line in block.splitlines() if TYPED.fullmatch(line))


def _found(told: str, commands: Options) -> str | None:
    """The longest name of a command that it begins with; a group alone stands for its commands."""
    words = told.removeprefix("/").split()
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in commands:
            return name
    return None


def _options(told: str) -> frozenset[str]:
    return frozenset(OPTION.findall(told))


def _is_route(told: str) -> bool:
    """Something that can be asked over HTTP."""
    quoted = f'"{told}"'
    return any(quoted in file.read_text("utf-8") for file in (ROOT / "bot/web").rglob("*.py"))


def _all(known: Any) -> Iterator[tuple[str, frozenset[str]]]:
    for command in known:
        inner = getattr(command, "commands", None)
        if inner is not None:
            yield command.name, frozenset()
            yield from ((f"{command.name} {name}", options) for name, options in _all(inner))
        else:
            options = getattr(command, "parameters", ())
            yield command.name, frozenset(option.display_name for option in options)


def test_the_invite_link_on_the_page_is_the_one_that_the_doctor_prints() -> None:
    [discord] = [each for each in PAGES if str(each) == "docs/discord.md"]

    assert invite("APPLICATION_ID") in discord.text
    assert all(f"**{each.name}**" in discord.text for each in PERMISSIONS)
