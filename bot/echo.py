"""What commands say: words of strangers stand in it, and a terminal does what it is told."""

import re

import typer

COMMANDS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def echo(words: str = "", *, err: bool = False) -> None:
    """A line, or several, to whoever typed the command."""
    typer.echo(harmless(words), err=err)


def harmless(words: str) -> str:
    """With what a terminal would do written out instead, as JSON has it too."""
    return COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", words)
