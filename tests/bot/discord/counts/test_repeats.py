"""Discord tells of the same interaction again, and it stays one job, one charge, one message."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from engine.purse import Kind
from tests.bot.discord.conftest import Easel
from tests.bot.discord.counts.amount import counted
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL


@counted(1000, usual=30)
@pytest.mark.promise(4)
async def test_each_interaction_is_one_job_one_charge_and_one_message(
    server: Discord, crowd: Sequence[User], easel: Easel, count: int
) -> None:
    easel.painter.gate.set()
    chance = random.Random(7)
    asked = []
    for number in range(count):
        user = crowd[number % len(crowd)]
        one = await server.command(user, GENERAL, "imagine", prompt=f"fox {number}")
        asked.append(one)
        again = chance.choices(asked[-20:], k=chance.randint(0, 4))
        for earlier in again:
            await server.again(earlier)
    for one in asked:
        await server.message(one, lambda message: bool(message.shown), patience=300)

    prompts = Counter(recipe.prompt for recipe in easel.painter.painted)
    messages = [message for message in server.all_messages() if not message.deleted]
    charges = 0
    for user in crowd:
        entries = await easel.app.accounts.entries(f"discord:{user.id}", most=4 * count)
        charges += len([entry for entry in entries if entry.kind is Kind.SETTLE])
    assert prompts == Counter(f"fox {number}" for number in range(count))
    assert len(messages) == count
    assert charges == count
    assert not server.record.refusals
