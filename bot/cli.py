"""The commands. Each reads what was typed, asks one verb of the program, and shows the answer."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from bot import messages
from bot.commands.audit import audit
from bot.commands.backup import backup, restore
from bot.commands.history import history
from bot.commands.imagine import imagine
from bot.commands.keys import keys
from bot.commands.models import models
from bot.commands.painters import painters_of
from bot.commands.queue import queue
from bot.commands.quota import quota
from bot.commands.settings import settings_commands
from bot.commands.styles import styles
from bot.echo import echo
from bot.version import version

# What a command needs it imports itself: `easel --help` must not wait for a database or for torch.

cli = typer.Typer(
    name="easel",
    help="The image-making bot that you run on your own GPU for your own community.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.add_typer(models, name="models")
cli.add_typer(quota, name="quota")
cli.add_typer(queue, name="queue")
cli.add_typer(keys, name="keys")
cli.add_typer(history, name="history")
cli.add_typer(settings_commands, name="settings")
cli.add_typer(styles, name="styles")
cli.command("imagine")(imagine)
cli.command("audit")(audit)
cli.command("backup")(backup)
cli.command("restore")(restore)


class Direction(StrEnum):
    """Where to take the database."""

    UP = "up"
    DOWN = "down"
    STATUS = "status"


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"easel {version()}")
        raise typer.Exit


@cli.callback()
def easel(
    _: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which Easel this is.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """What comes before every command."""


@cli.command()
def serve(context: typer.Context) -> None:
    """Run everything: the engine, the HTTP routes and the local page."""
    from bot.signals import NotBegun

    # From here on: the rest alone takes a second to be read.
    with NotBegun() as other:
        from rich.console import Console

        from bot import backup_words
        from bot.backup import cut_off_restores
        from bot.beginning import begin
        from bot.models import fetch_missing
        from bot.serve import serve as run
        from bot.watchdog import Watchdog

        settings = begin()
        for aside in cut_off_restores(settings):
            echo(f"A restore was cut off here. {backup_words.cut_off(aside)}", err=True)
        fetch_missing(settings.models_here, settings.data_dir / "models", Console(stderr=True))
        watchdog = Watchdog()

        async def serving() -> None:
            try:
                await run(settings, painters_of(context), announce=typer.echo, watchdog=watchdog)
                watchdog.code = 0
            finally:
                other.over = True

        asyncio.run(serving())


@cli.command()
def doctor(context: typer.Context) -> None:
    """Say what this machine can do, and what must be mended."""
    from bot.backup import harm
    from bot.beginning import begin
    from bot.doctor import examine, fitting

    settings = begin()
    findings = [*asyncio.run(examine(settings, painters_of(context))), *harm(settings)]
    table = messages.columns([finding.row() for finding in findings])
    for line in (*table, "", *fitting(settings)):
        echo(line)
    if any(finding.mend for finding in findings):
        raise typer.Exit(1)


@cli.command()
def migrate(
    direction: Annotated[Direction, typer.Argument()] = Direction.UP,
    revision: Annotated[
        str | None, typer.Argument(help="Which one; the newest, or the one before.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Go down also where that takes something away.")
    ] = False,
) -> None:
    """Bring the database up to date, take it back, or say where it stands."""
    from bot.beginning import begin
    from bot.revisions import revisions, take_down, take_up

    database = begin().database
    match direction:
        case Direction.UP:
            asyncio.run(take_up(database, revision))
        case Direction.DOWN:
            asyncio.run(take_down(database, revision, sure=yes))
        case Direction.STATUS:
            pass
    typer.echo(messages.revisions(*asyncio.run(revisions(database))))


@cli.command()
def bench(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(help="engine, storage, serving, or all that there is.")
    ] = "all",
    file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Where the numbers go.")
    ] = None,
    grid: Annotated[
        bool, typer.Option("--grid", help="Also time prompts by steps by sizes.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="A model's name; the first one else.")] = None,
    rounds: Annotated[
        int, typer.Option(min=1, metavar="N", help="More rounds, steadier numbers.")
    ] = 3,
    scale: Annotated[
        float,
        typer.Option(
            min=0.0001, max=10, metavar="X", help="A smaller or larger storage; a longer look."
        ),
    ] = 1.0,
    painters: Annotated[
        str, typer.Option(metavar="N,N", help="How many simulated painters serve in turn.")
    ] = "1,2,4,8",
    page: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Where a page with plots of the serving goes."),
    ] = None,
) -> None:
    """Measure the engine side by side with stock diffusers, the storage with a full house, and how
    several painters serve many people, with simulated cards."""
    from pathlib import Path

    from rich.console import Console

    from bot.beginning import begin
    from bot.bench import bench as measure
    from bot.bench import counts_in, shown

    settings = begin()
    numbers = asyncio.run(
        measure(
            what,
            settings,
            painters_of(context),
            model=model,
            rounds=rounds,
            grid=grid,
            scale=scale,
            counts=counts_in(painters),
            file=Path(file) if file else None,
            page=Path(page) if page else None,
            console=Console(stderr=True),
        )
    )
    console = Console()
    for part in shown(numbers):
        console.print(part)
