"""A server with many people in it, and room for all that they ask for."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.settings import Settings
from tests.discord_server.nouns import Member, User
from tests.discord_server.server import Discord
from tests.discord_server.village import PICTURES

PEOPLE = 50


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"queue_limit": 100_000})


@pytest.fixture
def crowd(server: Discord) -> Sequence[User]:
    """Members of the server beside those who are always there."""
    people = [User(id=10_001 + number, name=f"guest{number}") for number in range(PEOPLE)]
    members = tuple(Member(user=user) for user in people)
    server.put_guild(replace(PICTURES, members=(*PICTURES.members, *members)))
    return people


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says what was measured to whoever runs the tests."""

    def told(words: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{words}\n")

    return told
