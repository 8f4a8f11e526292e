"""The commands about what people may use: show, grant, set, block."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.echo import echo

if TYPE_CHECKING:
    from bot.quota import Quota

quota = typer.Typer(help="What people may use and have left.", no_args_is_help=True)

# What people type is read as text, so that the sentence about a mistake is Easel's own.
Text = str | None
Person = Annotated[str, typer.Argument(help="An id, like discord:42; digits alone are Discord's.")]
Days = Annotated[Text, typer.Option(metavar="N", help="For so many days; for ever else.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="For the audit; a block also tells it.")]
Tier = Annotated[Text, typer.Option(metavar="NAME")]


@quota.command("show")
def show(
    person: Annotated[Text, typer.Argument(help="An id; all people and tiers else.")] = None,
    tier: Tier = None,
) -> None:
    """Show what somebody may use and has left, or all tiers and who asked last."""
    tell(lambda quota: quota.show(person, tier))


@quota.command("grant")
def grant(
    person: Person,
    credits: Annotated[str, typer.Argument(help="Credits are seconds of the painter.")],
    days: Days = None,
    why: Why = "",
) -> None:
    """Give somebody credits beside what they may use."""
    tell(lambda quota: quota.grant(person, credits, days, why))


@quota.command("take-back")
def take_back(
    grant: Annotated[str, typer.Argument(help="Its number; `easel quota show PERSON` has it.")],
    why: Why = "",
) -> None:
    """Take a grant back. What was used of it stays used."""
    tell(lambda quota: quota.take_back(grant, why))


@quota.command("set")
def change(
    person: Annotated[Text, typer.Argument(help="An id, like discord:42.")] = None,
    tier: Annotated[
        Text,
        typer.Option(metavar="NAME", help="The tier to change or make; with a PERSON, theirs."),
    ] = None,
    per_day: Annotated[Text, typer.Option(metavar="N", help="Credits a day.")] = None,
    per_window: Annotated[Text, typer.Option(metavar="N", help="Credits a window.")] = None,
    window: Annotated[Text, typer.Option(metavar="HOURS", help="How long a window is.")] = None,
    burst: Annotated[
        Text, typer.Option(metavar="N", help="How much of a window may be taken at once.")
    ] = None,
    largest: Annotated[Text, typer.Option(metavar="WxH", help="The largest picture.")] = None,
    steps: Annotated[Text, typer.Option(metavar="N", help="The most steps.")] = None,
    waiting: Annotated[Text, typer.Option(metavar="N", help="The most jobs that wait.")] = None,
    running: Annotated[Text, typer.Option(metavar="N", help="The most pictures at a time.")] = None,
    priority: Annotated[Text, typer.Option(metavar="N", help="Lower goes first.")] = None,
    weight: Annotated[Text, typer.Option(metavar="N", help="A share in the queue: 1.")] = None,
    roles: Annotated[
        Text, typer.Option(metavar="A,B", help="Ids of Discord roles that give the tier.")
    ] = None,
    rank: Annotated[
        int | None, typer.Option(metavar="N", help="Of several tiers by role the lowest counts.")
    ] = None,
    why: Why = "",
) -> None:
    """Set what a person or a tier may use. `none` is no limit, `default` is what the tier says."""
    from bot.terms import read_change, read_roles

    typed = {
        "per_day": per_day,
        "per_window": per_window,
        "window": window,
        "burst": burst,
        "largest": largest,
        "steps": steps,
        "waiting": waiting,
        "running": running,
        "priority": priority,
        "weight": weight,
    }
    terms = read_change(typed)
    given = read_roles(roles)
    tell(lambda quota: quota.set(person, tier, terms, roles=given, rank=rank, why=why))


@quota.command("remove-tier")
def remove_tier(name: str, why: Why = "") -> None:
    """Take a tier away. Whoever had it has what their roles give."""
    tell(lambda quota: quota.remove_tier(name, why))


@quota.command("block")
def block(person: Person, days: Days = None, why: Why = "") -> None:
    """Let somebody ask for nothing, and tell them why."""
    tell(lambda quota: quota.block(person, days, why))


@quota.command("unblock")
def unblock(person: Person, why: Why = "") -> None:
    """Let somebody ask again."""
    tell(lambda quota: quota.unblock(person, why))


def tell(verb: "Callable[[Quota], Awaitable[list[str]]]") -> None:
    """Do it in the database that the settings name, and print what it answers."""
    from bot.app import open_accounts
    from bot.beginning import begin
    from bot.quota import Quota

    settings = begin()

    async def lines() -> list[str]:
        async with open_accounts(settings) as accounts:
            return await verb(Quota(accounts=accounts))

    for line in asyncio.run(lines()):
        echo(line)
