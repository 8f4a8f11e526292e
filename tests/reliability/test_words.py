"""Whatever somebody writes to the whole program, it pings nobody and looks as written."""

import pytest

from tests.bot.discord.counts.hostile import hostile
from tests.bot.discord.counts.processes import refusals
from tests.bot.discord.counts.test_hostile import at_work, words_of
from tests.discord_server.village import GENERAL
from tests.reliability.plan import Plan
from tests.reliability.rig import Rig, is_last


async def write_all(rig: Rig, prompts: list[str], mutant: str = "") -> list[str]:
    """What of it does something, or pings somebody."""
    found = []
    async with rig.program(Plan(mutant=mutant)):
        for number, prompt in enumerate(prompts):
            user = rig.crowd[number % len(rig.crowd)]
            asked = await rig.server.command(user, GENERAL, "imagine", prompt=prompt)
            message = await rig.server.message(asked, is_last, 60)
            found += [f"{words_of(message)} does {one}" for one in at_work(words_of(message))]
    found += [f"{one.text} pings" for one in rig.server.all_messages() if one.pings]
    return [*found, *(f"Discord refused: {refusal}" for refusal in refusals(rig.server))]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.promise(19, count=500)
async def test_500_hostile_prompts_do_nothing(rig: Rig) -> None:
    assert await write_all(rig, hostile(500)) == []


@pytest.mark.slow
@pytest.mark.mutant(19)
async def test_a_program_that_says_words_as_they_were_typed_is_found_out(rig: Rig) -> None:
    found = await write_all(rig, ["<@2002>", "[free](https://example.com)"], "as typed")

    assert any("pings" in one for one in found)
    assert any("does" in one for one in found)
