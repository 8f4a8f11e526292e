"""Results to press at, and who they belong to."""

from typing import Any

from engine.job import Owner, Remembered
from tests.bot.discord.conftest import Easel
from tests.discord_server.interaction import Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import Channel, User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL


def owner(user: User) -> Owner:
    return Owner(id=f"discord:{user.id}")


async def painted(
    server: Discord,
    easel: Easel,
    prompt: str = "a fox --seed 7",
    user: User = ALICE,
    channel: Channel = GENERAL,
    **options: Any,
) -> Message:
    easel.painter.gate.set()
    asked = await server.command(user, channel, "imagine", prompt=prompt, **options)
    return await result(server, asked)


async def result(server: Discord, asked: Interaction) -> Message:
    return await server.message(asked, lambda message: bool(message.shown))


async def pictures(easel: Easel, user: User = ALICE) -> list[Remembered]:
    """Newest first."""
    return [*await easel.app.gallery.page(owner(user))]


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


def forge(message: Message, label: str, custom_id: str) -> None:
    """As somebody who sends what no button of theirs says."""
    button = message.component(label)
    assert button is not None
    button["custom_id"] = custom_id
