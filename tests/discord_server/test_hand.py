"""Playing with the stand-in by hand: what is typed, and what is seen."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.discord_server.hand import Hand
from tests.discord_server.interaction import Interaction
from tests.discord_server.message import Message
from tests.discord_server.options import NotOffered
from tests.discord_server.server import Discord
from tests.discord_server.transcript import as_text
from tests.discord_server.village import BOB, MORGAN
from tests.discord_server.visitor import RED_DOT, Visitor

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hand(server: Discord, bot: Visitor) -> Hand:
    """Alice, in the general channel."""
    return Hand(server)


async def answer(server: Discord, hand: Hand) -> Message:
    """What the last thing led to."""
    assert isinstance(hand.asked, Interaction)
    return await server.message(hand.asked)


async def test_a_command_is_typed_with_its_options(
    server: Discord, hand: Hand, tmp_path: Path
) -> None:
    picture = tmp_path / "mine.png"
    picture.write_bytes(RED_DOT)

    await hand.do(f"/paint prompt:a fox in the snow count:2 private:yes image:{picture}")

    text = as_text(await answer(server, hand), 1)
    assert "easel in #general, only for alice" in text
    assert "Here is a fox in the snow" in text
    assert "[Edit] [Update] [Later]" in text
    assert "{Which tile?: Tile 1, Tile 2}" in text
    assert f"<1.png, {len(RED_DOT)} bytes>" in text


async def test_colons_in_a_wish_are_no_options(server: Discord, hand: Hand) -> None:
    await hand.do("/paint count:1 prompt:a fox at 12:30 --ar 16:9, style: ink")

    assert (await answer(server, hand)).text == "Here is a fox at 12:30 --ar 16:9, style: ink"


async def test_a_form_is_shown_and_filled_in(server: Discord, hand: Hand) -> None:
    await hand.do("/paint prompt:a fox")
    await answer(server, hand)

    form = await hand.do("press Edit of 1")
    await hand.do("fill prompt: two foxes | Seed: 7")

    assert form == (
        "A form, 'Paint it again': Prompt = 'a fox' | Seed = '' | Style = '' | Image = ''"
    )
    assert (await answer(server, hand)).text == "two foxes by seed 7"


async def test_a_select_is_chosen_from(server: Discord, hand: Hand) -> None:
    await hand.do("/paint prompt:a fox")
    await answer(server, hand)

    await hand.do("choose tile: Tile 2")

    assert (await answer(server, hand)).text == "tile 2"


async def test_what_is_typed_is_completed(hand: Hand) -> None:
    assert await hand.do("type /choose model:sd") == "offered: sdxl, sd3"


async def test_somebody_else_somewhere_else(server: Discord, hand: Hand) -> None:
    await hand.do("as morgan")
    await hand.do("in audit")
    await hand.do("/mod block user:bob")

    asked = hand.asked
    assert asked is not None
    assert (asked.user, asked.channel.name) == (MORGAN, "audit")
    assert (await answer(server, hand)).text == f"blocked {BOB.name}"


async def test_a_menu_is_used_on_what_was_said(server: Discord, hand: Hand) -> None:
    await hand.do("say look at this")
    await hand.do("menu Picture info of 1")

    assert (await answer(server, hand)).text == "info on look at this"


async def test_the_gateway_is_lost_by_hand(server: Discord, hand: Hand, bot: Visitor) -> None:
    await hand.do("drop reset")

    await bot.resumed.wait()

    assert len(server.doors.visits) == 2


@pytest.mark.parametrize(
    "line",
    [
        "dance",
        "/dance",
        "press Nothing",
        "drop it",
        "fail it",
        "as nobody",
        "fill a: b",
        "type /greet",
    ],
)
async def test_what_cannot_be_done_is_said(hand: Hand, line: str) -> None:
    with pytest.raises(NotOffered):
        await hand.do(line)


async def test_the_program_says_where_it_is_and_does_what_is_typed() -> None:
    program = [sys.executable, "-m", "tests.discord_server", "0", "0"]
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe, cwd=CHECKOUT)

    said, _ = await running.communicate(b"say hello\nsay again\ndance\n")

    lines = said.decode().splitlines()
    names = ("EASEL_DISCORD_API=http://127.0.0.1:", "EASEL_DISCORD_GATEWAY=ws://127.0.0.1:")
    assert [line.startswith(name) for line, name in zip(lines, names, strict=False)] == [True] * 2
    assert lines[2].startswith("EASEL_DISCORD_TOKEN=")
    assert "That does not work: 'dance' is nothing that can be done here; see `help`." in lines
    assert running.returncode == 0


async def test_help_names_the_commands(hand: Hand) -> None:
    assert "commands: Picture info, bare, choose, greet, mod, paint, show" in await hand.do("help")
