"""The invite link: made of the token alone, with all that the bot needs and nothing besides."""

from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.discord.client import Client
from bot.invite import PERMISSIONS, application_of, invite

APPLICATION = "1234567890123456789"
TOKEN = f"{b64encode(APPLICATION.encode()).decode().rstrip('=')}.Gabcde.secret"


def test_a_token_names_its_application() -> None:
    assert application_of(TOKEN) == APPLICATION


@pytest.mark.parametrize(
    "token",
    [
        "",
        "secret",
        TOKEN.partition(".")[0],
        TOKEN.rpartition(".")[0],
        f"{TOKEN}.more",
        "MTIz.a.b",
        "é.a.b",
        "////.a.b",
        "a.a.a",
    ],
)
def test_what_is_no_token_names_none(token: str) -> None:
    assert application_of(token) is None


def test_the_link_asks_for_these_permissions_as_discord_names_them() -> None:
    link = urlsplit(invite(APPLICATION))

    asked = {name: value for name, [value] in parse_qs(link.query).items()}
    assert (link.netloc, link.path) == ("discord.com", "/oauth2/authorize")
    assert asked["client_id"] == APPLICATION
    assert asked["scope"] == "bot applications.commands"
    assert discord.Permissions(int(asked["permissions"])) == discord.Permissions(
        view_channel=True, send_messages=True, send_messages_in_threads=True, attach_files=True
    )
    assert len(PERMISSIONS) == 4


def test_no_privileged_intent_is_asked_for() -> None:
    assert "intents=discord.Intents(guilds=True)" in _source_of(Client)
    assert not discord.Intents(guilds=True) & discord.Intents(
        members=True, presences=True, message_content=True
    )


def _source_of(what: type) -> str:
    from inspect import getsource

    return getsource(what)
