"""Whoever asks is answered in time, whatever goes wrong with the first answer."""

from dataclasses import replace

import pytest

from bot.discord.start import USUAL, Tempo
from tests.bot.discord.conftest import HURRIED, Easel, OpenEasel
from tests.bot.discord.results import painted
from tests.discord_server.faults import (
    HANG,
    HANG_AFTER,
    OVER_SOON,
    RESET,
    Fault,
    status,
)
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL

FAULTS = {
    **OVER_SOON,
    "silence": HANG,
    "silence though done": HANG_AFTER,
}
each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@pytest.fixture
def tempo() -> Tempo:
    return replace(HURRIED, answer_s=0.2, answers_s=USUAL.answers_s)


@each_fault
async def test_a_command_is_acknowledged_though_it_goes_wrong_twice(
    server: Discord, easel: Easel, fault: Fault
) -> None:
    easel.painter.gate.set()
    server.fail(Route.CALLBACK, fault, times=2)

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    message = await server.message(asked, lambda message: bool(message.shown))

    assert server.messages(GENERAL) == [message]
    assert len(server.faults.met) == 2
    assert len(easel.painter.painted) == 1


@each_fault
async def test_a_form_is_opened_though_it_goes_wrong(
    server: Discord, easel: Easel, fault: Fault
) -> None:
    fox = await painted(server, easel)
    server.fail(Route.CALLBACK, fault)

    asked = await server.press(ALICE, fox, "Edit")
    await asked.replied()

    assert asked.modal is not None


@each_fault
async def test_a_refusal_is_told_though_it_goes_wrong(
    server: Discord, easel: Easel, fault: Fault
) -> None:
    server.fail(Route.CALLBACK, fault)

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox", size="large")
    message = await server.message(asked)

    assert "is no size" in message.text


@pytest.mark.parametrize(
    "tempo", [replace(HURRIED, answer_s=USUAL.answer_s, answers_s=USUAL.answers_s)]
)
async def test_after_two_errors_of_discord_there_is_still_time_to_answer(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    server.fail(Route.CALLBACK, status(503), times=2)

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    assert await asked.replied()


async def test_a_message_of_whose_loading_nobody_heard_does_not_load_for_ever(
    server: Discord, easel: Easel
) -> None:
    server.fail(Route.CALLBACK, HANG_AFTER)
    server.fail(Route.CALLBACK, HANG, times=1000)

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    message = await server.message(asked, lambda message: bool(message.text))

    assert "Ask again; nothing was done or charged" in message.text
    assert easel.painter.painting == []


async def test_what_cannot_be_answered_in_time_is_not_painted_and_said_in_the_log(
    server: Discord, open_easel: OpenEasel, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_easel() as easel:
        easel.painter.gate.set()
        server.fail(Route.CALLBACK, RESET, times=1000)
        await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
        await server.until(lambda: bool(server.faults.met), "a try")

    assert "could not be answered in time: ClientOSError" in caplog.text
    assert easel.painter.painted == []
    assert server.all_messages() == []
