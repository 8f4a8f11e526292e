"""Results that come too late, and requests to Discord that go wrong: each is told once."""

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.app import open_gallery
from engine.job import Owner
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.processes import kill
from tests.bot.discord.counts.test_faults import FAULTS
from tests.discord_server.faults import Fault, status
from tests.discord_server.interaction import TOKEN_LIFE_S, Interaction
from tests.discord_server.routes import Route
from tests.discord_server.village import GALLERY, GENERAL, GROWN_UPS, HERMIT, QUIET
from tests.reliability.plan import Plan
from tests.reliability.rig import FOR_EVER, Rig

MUTE = replace(GALLERY, overwrites=QUIET.overwrites)
NO_WAY = (403, 404)


async def tell_too_late(rig: Rig, count: int, mutant: str = "") -> Mapping[str, list[Interaction]]:
    """The answers' tokens have expired when the results are there, and some ways are closed too."""
    async with rig.program(Plan(seconds=FOR_EVER)) as easel:
        ways = {
            "channel": [await rig.ask() for _ in range(count)],
            "mute channel": [await rig.ask(channel=GALLERY) for _ in range(count)],
            "channel that is gone": [await rig.ask(channel=GROWN_UPS) for _ in range(count)],
            "direct": [await rig.ask(private=True) for _ in range(count)],
            "nowhere": [await rig.ask(user=HERMIT, private=True) for _ in range(count)],
        }
        await rig.until(lambda state: state.jobs == 5 * count)
        await kill(easel)
    rig.server.put_channel(MUTE)
    rig.server.drop_channel(GROWN_UPS)
    rig.server.clock.move(TOKEN_LIFE_S)
    async with rig.program(Plan(mutant=mutant)):
        await rig.until(lambda state: state.at_rest)
    return ways


@counted(20)
@pytest.mark.promise(15)
async def test_what_comes_too_late_is_told_by_the_way_that_is_left(rig: Rig, count: int) -> None:
    ways = await tell_too_late(rig, count)

    for way, asked in ways.items():
        prompts = [prompt for prompt, one in rig.asked.items() if one in asked]
        ends = {prompt: shown_of(rig, prompt) for prompt in prompts}
        if way == "nowhere":
            assert not any(ends.values()), way
            continue
        assert {len(found) for found in ends.values()} == {1}, way
        for prompt, [channel] in ends.items():
            person = rig.asked[prompt].user
            assert (channel == GENERAL.id) == (way == "channel"), way
            assert channel in {GENERAL.id, rig.server.direct(person).id}
    assert not any(message.pings for message in rig.server.all_messages())
    async with open_gallery(rig.settings) as gallery:
        # What nobody could be told of is kept for whoever asked.
        assert len(await gallery.page(Owner(id=f"discord:{HERMIT.id}"))) == count


@pytest.mark.slow
@pytest.mark.mutant(15)
async def test_a_program_that_knows_one_way_is_found_out(rig: Rig) -> None:
    ways = await tell_too_late(rig, 1, "one way")

    [asked] = ways["channel"]
    [prompt] = [prompt for prompt, one in rig.asked.items() if one is asked]
    assert shown_of(rig, prompt) == []


def shown_of(rig: Rig, prompt: str) -> list[int]:
    """The channels of all messages with a picture of it."""
    return [
        message.channel.id
        for message in rig.server.all_messages()
        if message.shown and not message.deleted and prompt in message.text.split("\n")
    ]


async def tell_through(
    rig: Rig, route: Route, each: int, kinds: Mapping[str, Fault] = FAULTS, mutant: str = ""
) -> None:
    """So many of each fault befall the requests of a program that tells how jobs ended."""
    faults = [fault for fault in kinds.values() for _ in range(each)]
    await rig.ask_in_vain(behind=len(faults))
    if route is not Route.EDIT_ORIGINAL:
        rig.server.clock.move(TOKEN_LIFE_S)
    to_come = [*faults, *[None] * (len(faults) // 2)]
    random.Random(7).shuffle(to_come)
    for fault in to_come:
        rig.server.fail(route, fault)
    async with rig.program(Plan(hurried=True, mutant=mutant)):
        await rig.until(lambda state: state.at_rest, patience=600)
        await rig.settled(10)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.promise(14, count=20)
@pytest.mark.parametrize("route", [Route.EDIT_ORIGINAL, Route.SEND], ids=["answer", "channel"])
async def test_20_faults_of_each_kind_change_nothing(rig_of_either: Rig, route: Route) -> None:
    await tell_through(rig_of_either, route, 20)

    assert len(rig_of_either.server.faults.met) == 20 * len(FAULTS)
    assert await rig_of_either.complaints() == []


@pytest.mark.slow
@pytest.mark.promise(14, count=20)
@pytest.mark.parametrize("code", NO_WAY)
async def test_a_no_of_discord_is_taken_for_one_20_times(rig: Rig, code: int) -> None:
    await rig.ask_in_vain(behind=20)
    rig.server.clock.move(TOKEN_LIFE_S)
    before = len(rig.server.requests(Route.SEND))
    rig.server.fail(Route.SEND, status(code), times=1000)

    async with rig.program(Plan(hurried=True)):
        await rig.server.until(
            lambda: len(rig.server.requests(Route.SEND)) >= before + 20, "all tries", 60
        )
        await rig.until(lambda state: state.at_rest, patience=10)

    tries = len(rig.server.requests(Route.SEND)) - before
    # The channel once, and then the direct message once where that is another way.
    assert tries <= 2 * 20


@pytest.mark.slow
@pytest.mark.mutant(14)
async def test_a_program_that_sends_without_a_nonce_is_found_out(rig: Rig) -> None:
    twice = {"503 though done": FAULTS["503 though done"]}

    await tell_through(rig, Route.SEND, 3, twice, "no nonce")

    assert any("has 2 ends" in complaint for complaint in await rig.complaints())
