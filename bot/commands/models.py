"""The commands about models: what there is, one more, one less."""

import sys
from typing import Annotated

import typer

from bot import messages, model_words
from bot.commands.painters import painters_of
from bot.echo import echo

models = typer.Typer(help="The models that there are.", no_args_is_help=True)


@models.command("list")
def list_models(context: typer.Context) -> None:
    """List the models that Easel paints with, and what lies in the data folder."""
    from bot.beginning import begin
    from bot.models import rows as rows_of

    settings = begin()
    cards = painters_of(context).cards(settings)
    rows = [model_words.MODEL_COLUMNS, *(model_words.model_row(card) for card in cards.values())]
    for line in messages.columns(rows):
        echo(line)
    if lying := rows_of(settings.data_dir / "models"):
        echo()
        for line in messages.columns([model_words.INSTALLED_COLUMNS, *lying]):
            echo(line)


@models.command("add")
def add_model(
    name: Annotated[
        str, typer.Argument(metavar="NAME-OR-PATH", help="Like org/name on the hub, or a folder.")
    ],
) -> None:
    """Download a model from the hub, or link one that lies elsewhere on this machine."""
    from rich.console import Console

    from bot.beginning import begin
    from bot.models import add

    models_dir = begin().data_dir / "models"
    echo(model_words.added(add(name, models_dir, Console(stderr=True))))


@models.command("remove")
def remove_model(
    name: Annotated[str, typer.Argument(help="What `easel models list` calls it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a model out of the data folder. What only was linked stays where it is."""
    from bot.beginning import begin
    from bot.models import remove

    settings = begin()

    def ask(question: str) -> bool:
        return yes or typer.confirm(question, err=True)

    gone = remove(
        name,
        settings.data_dir / "models",
        served=settings.models,
        agreed=ask if yes or sys.stdin.isatty() else None,
    )
    echo(model_words.removed(gone) if gone else model_words.NOT_REMOVED)


@models.command("check")
def check_model(path: str) -> None:
    """Say whether a folder or file is a model that Easel can use."""
    from bot.beginning import begin
    from bot.painters import check_model as check

    echo(model_words.usable(check(path, begin())))
