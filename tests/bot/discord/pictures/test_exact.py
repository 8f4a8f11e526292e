"""A tile of a grid made alone again, by the real engine and the built-in model: the same pixels.

While it paints, everybody is answered in time, as `counts/test_acknowledgement.py` tries at length.
"""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.settings import Settings
from tests.bot.discord.counts.processes import SERVE, running
from tests.discord_server.attachment import Attachment
from tests.discord_server.interaction import ANSWER_WITHIN_S, Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL, MORGAN

PATIENCE_S = 120.0
PROMPT, SEED = "a red circle on a white background", 7
GRID = {"prompt": f"{PROMPT} --exact", "seed": SEED, "count": 4, "steps": 6}
THIRD = 2
LONG = "three blue squares --steps 150 --sampler Heun"


def pixels(file: Attachment) -> str:
    """What is seen, however the file is packed."""
    with Image.open(BytesIO(file.content)) as picture:
        told = f"{picture.mode} {picture.size}".encode()
        return sha256(told + picture.tobytes()).hexdigest()


async def painted(server: Discord, asked: Interaction) -> list[str]:
    # Before its end a message shows previews.
    message = await server.message(
        asked, lambda message: bool(message.component("Info")), PATIENCE_S
    )
    return [pixels(file) for file in message.shown]


async def asked_alone(server: Discord, user: User) -> list[str]:
    """As somebody who read the seed of the third below the grid."""
    asked = await server.command(
        user, GENERAL, "imagine", prompt=f"{PROMPT} --exact", seed=SEED + THIRD, steps=6
    )
    return await painted(server, asked)


def reading(words: str) -> Callable[[Message], bool]:
    return lambda message: words in message.text


@pytest.mark.timeout(300)
async def test_a_tile_of_an_exact_grid_is_made_alone_again_bit_for_bit(
    server: Discord, settings: Settings, tmp_path: Path
) -> None:
    async with running(SERVE, server, settings, log=tmp_path / "log"):
        # So long that it is not done before the grid, however busy the machine is.
        long = await server.command(MORGAN, GENERAL, "imagine", prompt=LONG, size="256x256")
        painting = await server.message(long, reading("Painting"), PATIENCE_S)
        asked = await server.command(ALICE, GENERAL, "imagine", **GRID)
        grid = await painted(server, asked)
        beside, took = "Painting" in painting.text, asked.took
        await server.press(MORGAN, painting, "Cancel")
        await server.message(long, reading("Cancelled"), PATIENCE_S)

        by_bob = await asked_alone(server, BOB)
        same = await server.command(ALICE, GENERAL, "reroll", picture="3", same=True)
        from_history = await painted(server, same)
        again = await painted(server, await server.command(BOB, GENERAL, "imagine", **GRID))

    assert beside
    assert took is not None
    assert took < ANSWER_WITHIN_S
    assert len(set(grid)) == 4
    assert by_bob == [grid[THIRD]]
    assert from_history == [grid[THIRD]]
    assert again == grid
