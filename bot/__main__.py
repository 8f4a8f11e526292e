"""Starts Easel: one command, and for what goes wrong on purpose one sentence."""

import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import messages
from bot.cli import cli
from bot.echo import echo
from bot.watchdog import leave
from engine.errors import Cancelled, EaselError, Misconfigured, Rejected, Unavailable

if TYPE_CHECKING:
    from bot.painters import Painters

log = logging.getLogger("bot")

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main() -> None:
    """What `easel` runs."""
    leave(run(sys.argv[1:]))


def run(arguments: Sequence[str], painters: "Painters | None" = None) -> int:
    """Run one command and answer its exit code. Whoever has other painters brings them along."""
    try:
        cli(arguments, prog_name="easel", obj=painters)
    except EaselError as error:
        echo(str(error), err=True)
        return exit_code(error)
    except SystemExit as end:  # typer ends the program itself, even where all went well
        if end.code == INTERRUPTED:
            sys.stderr.write(f"{messages.STOPPED}\n")
        return end.code if isinstance(end.code, int) else FAILED
    except Exception:
        # Not by way of Python, which writes it down as it is.
        log.critical("ended by a bug", exc_info=True)
        return FAILED
    return DONE


def exit_code(error: EaselError) -> int:
    """2 where asking differently helps, 1 where it does not or asking later does."""
    match error:
        case Unavailable():
            return FAILED
        case Rejected() | Misconfigured():
            return BAD_INPUT
        case Cancelled():
            return INTERRUPTED
        case _:
            return FAILED


if __name__ == "__main__":
    main()
