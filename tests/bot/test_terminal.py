"""Pictures in terminals: each shown as it can, and none where it cannot."""

from io import StringIO

import pytest
from rich.console import Console

from bot.terminal import ROWS, Easel, Way, way_of
from tests.fakes import a_png


def a_console(*, terminal: bool = True, height: int = 40) -> Console:
    return Console(
        file=StringIO(),
        force_terminal=terminal,
        color_system="truecolor",
        width=80,
        height=height,
    )


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-kitty"}, Way.KITTY),
        ({"TERM_PROGRAM": "ghostty"}, Way.KITTY),
        ({"TERM_PROGRAM": "iTerm.app"}, Way.ITERM),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, Way.BLOCKS),
        ({}, Way.BLOCKS),
        ({"NO_COLOR": "1"}, None),
    ],
)
def test_a_terminal_is_known_by_its_environment(environ: dict[str, str], way: Way | None) -> None:
    assert way_of(a_console(), environ) is way


def test_what_is_no_terminal_or_too_low_shows_nothing() -> None:
    assert way_of(a_console(terminal=False), {"TERM": "xterm-kitty"}) is None
    assert way_of(a_console(height=ROWS), {"TERM": "xterm-kitty"}) is None


def test_blocks_have_the_colours_of_the_picture() -> None:
    shown = _shown(Easel("beneath", Way.BLOCKS, a_png(32, 16, "red")))

    lines = shown.splitlines()
    assert "38;2;255;0;0" in lines[0]
    assert lines[0].count("▀") == 2 * ROWS
    assert len(lines) == ROWS // 2 + 1
    assert lines[-1] == "beneath"


@pytest.mark.parametrize(
    ("way", "sign"), [(Way.KITTY, "\x1b_Ga=T"), (Way.ITERM, "\x1b]1337;File=")]
)
def test_a_protocol_draws_over_lines_that_are_there(way: Way, sign: str) -> None:
    shown = _shown(Easel("beneath", way, a_png()))

    assert shown.index("\n" * ROWS) < shown.index("beneath") < shown.index(f"\x1b[{ROWS}A")
    assert sign in shown


def test_a_large_picture_goes_to_kitty_in_pieces() -> None:
    noise = b"\x89PNG" + bytes(10_000)

    shown = _shown(Easel("beneath", Way.KITTY, noise))

    pieces = shown.split("\x1b_G")[1:]
    assert len(pieces) == 4
    assert [("m=1;" in piece, "m=0;" in piece) for piece in pieces][-2:] == [
        (True, False),
        (False, True),
    ]


def test_kitty_is_told_to_forget() -> None:
    console = a_console()

    Easel("beneath", Way.KITTY, a_png()).take_down(console)

    assert "a=d" in _written(console)


def test_without_a_picture_there_is_only_what_is_beneath() -> None:
    assert _shown(Easel("beneath", Way.KITTY)) == "beneath\n"


def _shown(easel: Easel) -> str:
    console = a_console()
    console.print(easel)
    return _written(console)


def _written(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()
