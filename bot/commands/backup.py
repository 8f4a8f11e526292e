"""The commands that keep a copy of what there is, and bring it back."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.echo import echo

if TYPE_CHECKING:
    from pathlib import Path

    from bot.backup import Keeper


def backup(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where it goes, like easel.tar.")],
    force: Annotated[
        bool, typer.Option("--force", help="Take the place of an earlier backup of that name.")
    ] = False,
) -> None:
    """Write the database and all pictures into one file, also while Easel runs."""
    _say(asyncio.run(_keeper().back_up(_place(file), replace=force)))


def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `easel backup` wrote.")],
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Throw away what the database holds by now. Other files of yours stay, as "
            "NAME.before where the backup has one of that name.",
        ),
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether it is whole.")] = False,
) -> None:
    """Bring a backup back, into SQLite or Postgres, while no Easel runs there."""
    keeper = _keeper()
    if check:
        _say(keeper.check(_place(file)))
    else:
        _say(asyncio.run(keeper.restore(_place(file), replace=replace)))


def _place(file: str) -> "Path":
    import os
    from pathlib import Path

    return Path(os.path.expanduser(file))  # unlike Path's own, it takes whatever people type


def _keeper() -> "Keeper":
    from rich.console import Console

    from bot.backup import Keeper
    from bot.beginning import begin

    return Keeper(settings=begin(), console=Console(stderr=True))


def _say(lines: list[str]) -> None:
    for line in lines:
        echo(line)
