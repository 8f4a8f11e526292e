"""The commands about keys: add, list, revoke."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.echo import echo

if TYPE_CHECKING:
    from bot.keys import Answer, Keyring

keys = typer.Typer(
    help="Keys, by which programs and other machines may use Easel.", no_args_is_help=True
)

Text = str | None
Name = Annotated[str, typer.Argument(help="Up to 40 letters, digits, and - _ . like my-site.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="For the audit.")]


@keys.command("add")
def add(
    name: Name,
    person: Annotated[
        Text,
        typer.Option(
            metavar="ID", help="Whose it is, like discord:42; a person of its own, key:NAME, else."
        ),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="What it is for: paint, read, moderate. paint,read else."),
    ] = None,
    expires: Annotated[
        Text,
        typer.Option(metavar="WHEN", help="Like 30d, 12h or 2027-01-01, UTC; never else."),
    ] = None,
    why: Why = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Add a key and print its secret, which is shown this once."""
    tell(
        lambda keyring: keyring.add(
            name,
            person=person,
            scope=",".join(scope) if scope else None,
            expires=expires,
            why=why,
            as_json=as_json,
        )
    )


@keys.command("list")
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List all keys, whose they are, and which of them open nothing any more."""
    tell(lambda keyring: keyring.show(as_json=as_json))


@keys.command("revoke")
def revoke(name: Name, why: Why = "") -> None:
    """Let a key open nothing any more, from now on."""
    tell(lambda keyring: keyring.revoke(name, why))


def tell(verb: "Callable[[Keyring], Awaitable[Answer]]") -> None:
    """Do it in the database that the settings name, and print what it answers."""
    from bot.app import open_keys
    from bot.beginning import begin
    from bot.keys import Keyring

    settings = begin()

    async def answer() -> "Answer":
        async with open_keys(settings) as kept:
            return await verb(Keyring(keys=kept))

    said = asyncio.run(answer())
    for line in said.beside:
        echo(line, err=True)
    for line in said.lines:
        echo(line)
