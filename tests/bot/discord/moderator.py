"""A moderator of the stand-in, and what they are told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.accounts import Act
from engine.clock import utc_now
from tests.discord_server.server import Discord
from tests.discord_server.village import ELSEWHERE, GENERAL, MORGAN

HERE = "discord:3001"
ACT = Act(who="discord:2003", at=utc_now(), where=HERE)


async def did(server: Discord, command: str, /, **options: Any) -> str:
    """What Morgan is told, and nobody else."""
    asked = await server.command(MORGAN, GENERAL, f"mod {command}", **options)
    message = await server.message(asked)
    assert message.seen_by == MORGAN
    return message.text


def may(permissions: int) -> Callable[[Any], None]:
    """What whoever asks may do there, whatever Discord let them call."""

    def spoil(told: Any) -> None:
        told["member"]["permissions"] = str(permissions)

    return spoil


async def put_elsewhere_too(server: Discord) -> None:
    """The bot is on another server besides, and has heard of it."""
    server.put_guild(replace(ELSEWHERE, has_app=True))
    server.spoil(may(0))
    await did(server, "audit")
