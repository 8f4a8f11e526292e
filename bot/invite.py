"""Invite: the link by which a server takes the bot in, made from the bot's token alone."""

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from urllib.parse import urlencode

PAGE = "https://discord.com/oauth2/authorize"
SCOPES = ("bot", "applications.commands")
SNOWFLAKE = re.compile(r"[0-9]{17,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a server allows the bot, and what it is for."""

    name: str
    bit: int
    why: str


PERMISSIONS = (
    Permission(name="View Channels", bit=10, why="to be heard where it is asked"),
    Permission(
        name="Send Messages", bit=11, why="results that come late, hello, the audit channel"
    ),
    Permission(name="Send Messages in Threads", bit=38, why="the same in threads"),
    Permission(name="Attach Files", bit=15, why="the pictures themselves"),
)
"""All that it uses, and nothing besides. Its slash commands need no permission."""
INTENTS = "None of the privileged ones: leave all three switches on the page “Bot” off."


def application_of(token: str) -> str | None:
    """The id of the application, which is what a bot's token begins with; None in any other."""
    first = token.partition(".")[0]
    try:
        read = urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (NotBase64, ValueError):
        return None
    return read if SNOWFLAKE.fullmatch(read) and token.count(".") == 2 else None


def invite(application: str) -> str:
    """Where somebody who manages a server takes the bot in."""
    asked = {
        "client_id": application,
        "scope": " ".join(SCOPES),
        "permissions": sum(1 << each.bit for each in PERMISSIONS),
    }
    return f"{PAGE}?{urlencode(asked)}"
