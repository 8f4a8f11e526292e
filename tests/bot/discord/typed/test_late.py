"""What is offered to somebody who has typed on."""

import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from bot.logs import lines_to
from tests.bot.discord.conftest import Easel
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL


@pytest.fixture
def lines() -> Iterator[Callable[[], str]]:
    """What is written into the log."""
    stream = StringIO()
    handler = lines_to(stream, "human")
    logging.getLogger().addHandler(handler)
    yield stream.getvalue
    logging.getLogger().removeHandler(handler)


async def test_choices_that_come_too_late_are_no_error(
    server: Discord, easel: Easel, lines: Callable[[], str]
) -> None:
    server.callbacks.answer_within_s = -1.0

    server.asking(ALICE, GENERAL, "imagine", "style", "wa")
    await server.until(lambda: bool(server.record.refusals), "an answer that comes too late")
    server.callbacks.answer_within_s = 30.0
    await server.autocomplete(ALICE, GENERAL, "imagine", "style", "wat")

    assert lines() == ""
