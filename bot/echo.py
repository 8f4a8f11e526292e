"""What commands say: words of strangers stand in it, and a terminal does what it is told."""

import re

import typer

from engine.letters import COMMANDS, escaped

OURS = frozenset("\t\n")
"""What lines and columns are made of."""


def echo(words: str = "", *, err: bool = False) -> None:
    """A line, or several, to whoever typed the command."""
    typer.echo(harmless(words), err=err)


def harmless(words: str) -> str:
    """With what a terminal would do written out instead."""
    return COMMANDS.sub(_written_out, words)


def _written_out(found: re.Match[str]) -> str:
    return found[0] if found[0] in OURS else escaped(found)
