"""What people on Discord are told while Easel is being stopped."""

import pytest

from tests.bot.discord.conftest import Easel
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, GRETA
from tests.engine.house import until


@pytest.mark.parametrize(
    ("user", "sentence"),
    [(ALICE, "Easel is being stopped"), (GRETA, "Easel wird gerade angehalten")],
)
async def test_a_command_is_refused_in_their_language_and_what_is_painted_is_delivered(
    server: Discord, easel: Easel, user: User, sentence: str
) -> None:
    before = await server.command(user, GENERAL, "imagine", prompt="a fox")
    await server.message(before, lambda message: bool(message.buttons))

    await until(lambda: bool(easel.painter.painting))

    easel.app.line.end()
    refused = await server.command(user, GENERAL, "imagine", prompt="a hen")
    easel.painter.gate.set()

    await server.message(refused, lambda message: sentence in message.text)
    await server.message(before, lambda message: bool(message.shown))
