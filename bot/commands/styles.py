"""The commands about styles: list, add, remove."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.settings import Person, Server, Why
from bot.echo import echo

if TYPE_CHECKING:
    from bot.styles import Styles

styles = typer.Typer(
    help="Styles: words that turn any prompt into something.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="A word or a few.")]


@styles.command("list")
def list_styles(person: Person = None, server: Server = None) -> None:
    """List the styles of a person, yours else, or a server's, and those that are built in."""
    from bot.typed import read_whose

    whose = read_whose(person, server)
    tell(lambda styles: styles.show(whose))


@styles.command("add")
def add_style(
    name: Name,
    prompt: Annotated[
        str, typer.Argument(help='With {prompt} where the prompt goes: "a mosaic of {prompt}".')
    ],
    negative: Annotated[str, typer.Option(help="What such pictures keep out.")] = "",
    person: Person = None,
    server: Server = None,
    why: Why = "",
) -> None:
    """Add a style, or change the one of that name."""
    from bot.typed import read_whose
    from engine.style import Style

    whose = read_whose(person, server)
    style = Style(name=name, prompt=prompt, negative=negative)
    tell(lambda styles: styles.add(whose, style, why))


@styles.command("remove")
def remove_style(name: Name, person: Person = None, server: Server = None, why: Why = "") -> None:
    """Remove a style. Pictures that were painted in it stay as they are."""
    from bot.typed import read_whose

    whose = read_whose(person, server)
    tell(lambda styles: styles.remove(whose, name, why))


def tell(verb: "Callable[[Styles], Awaitable[list[str]]]") -> None:
    """Do it in the database that the settings name, and print what it answers."""
    from bot.app import open_choices
    from bot.beginning import begin
    from bot.styles import Styles

    program = begin()

    async def lines() -> list[str]:
        async with open_choices(program) as choices:
            return await verb(Styles(choices=choices))

    for line in asyncio.run(lines()):
        echo(line)
