"""The commands about the pictures that there are: list, show, again, favourite, delete, export."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot import messages
from bot.commands.painters import painters_of
from bot.echo import echo

if TYPE_CHECKING:
    from bot.history import History

history = typer.Typer(help="The pictures that you have.", no_args_is_help=True)

# What people type is read as text, so that the sentence about a mistake is Easel's own.
Text = str | None
Words = Annotated[
    Text, typer.Argument(help='Words of the prompt; "in quotes" they stand side by side.')
]
Number = Annotated[str, typer.Argument(help="Its number; `easel history list` has it.")]
Model = Annotated[Text, typer.Option(help="Painted by this model.")]
Seed = Annotated[Text, typer.Option(metavar="N", help="Painted with this seed.")]
Since = Annotated[Text, typer.Option(metavar="TIME", help="Painted since, like 2026-05-31, UTC.")]
Until = Annotated[Text, typer.Option(metavar="TIME", help="Painted until the end of that day.")]
Favourites = Annotated[bool, typer.Option("--favourites", help="Only favourites.")]
Output = Annotated[Text, typer.Option("--output", "-o", metavar="FILE", help="Where it goes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the recipes as JSON.")]


@history.command("list")
def list_pictures(
    words: Words = None,
    model: Model = None,
    seed: Seed = None,
    since: Since = None,
    until: Until = None,
    favourites: Favourites = False,
    before: Annotated[Text, typer.Option(metavar="N", help="Older than this one.")] = None,
    most: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List your pictures, the newest first."""
    from bot.history import read_picture, read_search

    search = read_search(
        words, model=model, seed=seed, since=since, until=until, favourites=favourites
    )
    last = None if before is None else read_picture(before)
    tell(lambda history: history.show_page(search, before=last, most=most, as_json=as_json))


@history.command("show")
def show(number: Number, output: Output = None) -> None:
    """Show a picture's recipe and what it cost; -o writes the picture."""
    tell(lambda history: history.show(number, output))


@history.command("again")
def again(
    context: typer.Context,
    number: Number,
    seed: Annotated[Text, typer.Option(metavar="N", help="With another seed.")] = None,
    reroll: Annotated[bool, typer.Option("--reroll", help="With a new seed.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Paint anew what history already holds.")
    ] = False,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Paint a picture again, from its recipe alone."""
    from rich.console import Console

    from bot.beginning import begin
    from bot.encore import paint_again
    from bot.models import fetch_missing

    settings = begin()
    console = Console(stderr=True)
    fetch_missing(settings.models_here, settings.data_dir / "models", console)
    outcome = asyncio.run(
        paint_again(
            number,
            settings,
            painters_of(context),
            seed=seed,
            reroll=reroll,
            fresh=fresh,
            output=output,
            console=console,
        )
    )
    if as_json:
        told = [one.as_json() for one in outcome.written]
        echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for one in outcome.written:
        echo(messages.painted(str(one.file), one.picture))


@history.command("favourite")
def favourite(
    number: Number,
    off: Annotated[bool, typer.Option("--off", help="It is none any more.")] = False,
) -> None:
    """Keep a picture whatever happens."""
    tell(lambda history: history.favour(number, favourite=not off))


@history.command("delete")
def delete(numbers: Annotated[list[str], typer.Argument(help="One or more.")]) -> None:
    """Delete pictures and their files, at once and for good."""
    tell(lambda history: history.remove(numbers))


@history.command("export")
def export(
    file: Annotated[str, typer.Argument(help="Where the zip goes, like pictures.zip.")],
    words: Words = None,
    model: Model = None,
    seed: Seed = None,
    since: Since = None,
    until: Until = None,
    favourites: Favourites = False,
) -> None:
    """Write your pictures and their recipes into a zip: all, or those that fit."""
    from bot.history import read_search

    search = read_search(
        words, model=model, seed=seed, since=since, until=until, favourites=favourites
    )
    tell(lambda history: history.export(file, search))


@history.command("forget")
def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Yes, all of it.")] = False,
) -> None:
    """Delete all your pictures and words."""
    tell(lambda history: history.forget(yes=yes))


def tell(verb: "Callable[[History], Awaitable[list[str]]]") -> None:
    """Do it in the database that the settings name, and print what it answers."""
    from bot.app import open_gallery
    from bot.beginning import begin
    from bot.history import History

    settings = begin()

    async def lines() -> list[str]:
        async with open_gallery(settings) as gallery:
            return await verb(History(gallery=gallery))

    for line in asyncio.run(lines()):
        echo(line)
