"""The command that shows what moderators did."""

from typing import Annotated

import typer

from bot.commands.quota import Text, tell


def audit(
    person: Annotated[Text, typer.Option(metavar="ID", help="What was done to one person.")] = None,
    tier: Annotated[Text, typer.Option(metavar="NAME", help="What was done to a tier.")] = None,
    server: Annotated[Text, typer.Option(metavar="ID", help="What was done to a server.")] = None,
    most: Annotated[int, typer.Option("-n", min=1, max=10_000, help="How many.")] = 50,
) -> None:
    """Show who did what to whom, why and when; the newest first."""
    tell(lambda quota: quota.audit(person, tier, most, server))
