"""Which painters a command works with."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.painters import Painters


def painters_of(context: typer.Context) -> "Painters":
    """The real ones, unless whoever runs the command brought others along."""
    from bot.painters import PAINTERS

    return context.obj or PAINTERS
