"""Starts Easel: one command, and for what goes wrong on purpose one sentence."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import messages
from bot.cli import cli
from engine.errors import Cancelled, EaselError, Misconfigured, Rejected

if TYPE_CHECKING:
    from bot.painters import Painters

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main() -> None:
    """What `easel` runs."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], painters: "Painters | None" = None) -> int:
    """Run one command and answer its exit code. Whoever has other painters brings them along."""
    try:
        cli(arguments, prog_name="easel", obj=painters)
    except EaselError as error:
        sys.stderr.write(f"{error}\n")
        return exit_code(error)
    except SystemExit as end:  # typer ends the program itself, even where all went well
        if end.code == INTERRUPTED:
            sys.stderr.write(f"{messages.STOPPED}\n")
        return end.code if isinstance(end.code, int) else FAILED
    return DONE


def exit_code(error: EaselError) -> int:
    """2 where asking differently helps, 1 where it does not."""
    match error:
        case Rejected() | Misconfigured():
            return BAD_INPUT
        case Cancelled():
            return INTERRUPTED
        case _:
            return FAILED


if __name__ == "__main__":
    main()
