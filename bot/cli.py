"""The commands. Each reads what was typed, asks one verb of the program, and shows the answer."""

import asyncio
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot import messages
from bot.version import version

if TYPE_CHECKING:
    from bot.app import Painters

# What a command needs it imports itself: `easel --help` must not wait for a database or for torch.

cli = typer.Typer(
    name="easel",
    help="The image-making bot that you run on your own GPU for your own community.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models = typer.Typer(help="The models that there are.", no_args_is_help=True)
cli.add_typer(models, name="models")


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
    from bot.logs import start_logging
    from bot.serve import serve as run
    from bot.settings import read_settings

    settings = read_settings()
    start_logging(settings.log)
    asyncio.run(run(settings, _painters(context), announce=typer.echo))


@cli.command()
def imagine(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help="What to paint, in the prompt language.")],
    negative: Annotated[str | None, typer.Option(help="What to keep out.")] = None,
    model: Annotated[str | None, typer.Option(help="A model's name; the first one else.")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Like 512x768.")] = None,
    steps: Annotated[str | None, typer.Option(metavar="N", help="From 1 to 150.")] = None,
    guidance: Annotated[
        str | None, typer.Option(metavar="N", help="How closely to follow the prompt: 0 to 30.")
    ] = None,
    sampler: Annotated[str | None, typer.Option(help='Like "DPM++ 2M Karras".')] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="N", help="The same seed paints the same picture.")
    ] = None,
    count: Annotated[
        str | None, typer.Option(metavar="N", help="How many pictures: 1 to 16.")
    ] = None,
    image: Annotated[
        str | None, typer.Option(metavar="FILE", help="A picture to start from.")
    ] = None,
    strength: Annotated[
        str | None, typer.Option(metavar="N", help="How much of that picture to change: 0 to 1.")
    ] = None,
    mask: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to paint on it: white.")
    ] = None,
    style: Annotated[str | None, typer.Option(help="A style's name.")] = None,
    control: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE[:WEIGHT[:START-END]]",
            help="A ControlNet and the picture to follow, like edges=sketch.png:0.8. Repeat it.",
        ),
    ] = None,
    preprocess: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]KIND",
            help="Make edges (canny) or depth of the pictures to follow, or of that ControlNet's.",
        ),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]FILE[:WEIGHT]",
            help="A picture whose look to take over, by an IP-Adapter. Repeat it.",
        ),
    ] = None,
    reference_weight: Annotated[
        str | None, typer.Option(metavar="N", help="How much of those looks to take: 0 to 2.")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Bit for bit the same, whatever else is painted.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Paint anew what history already holds.")
    ] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where the picture goes.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the recipes as JSON.")] = False,
) -> None:
    """Paint a picture here and now."""
    from rich.console import Console

    from bot.imagine import Asked
    from bot.imagine import imagine as paint
    from bot.led import read_controls, read_references
    from bot.logs import start_logging
    from bot.settings import read_settings

    settings = read_settings()
    start_logging(settings.log)
    given = {
        "negative": negative,
        "model": model,
        "steps": steps,
        "guidance": guidance,
        "sampler": sampler,
        "seed": seed,
        "count": count,
        "strength": strength,
        "style": style,
        "exact": exact or None,
        "fresh": fresh or None,
    }
    sources = {"image": image, "mask": mask}
    asked = Asked(
        prompt=prompt,
        given={name: value for name, value in given.items() if value is not None},
        size=size,
        sources={name: file for name, file in sources.items() if file is not None},
        controls=read_controls(control or (), preprocess or ()),
        references=read_references(reference or (), reference_weight),
        output=output,
    )

    def agreed(pictures: int, price: float) -> bool:
        if as_json or not sys.stdin.isatty():
            return True
        return typer.confirm(messages.confirm(pictures, price), err=True)

    console = Console(stderr=True)
    painters = _painters(context)
    written = asyncio.run(paint(asked, settings, painters, console=console, agreed=agreed))
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in written], indent=2, ensure_ascii=False))
        return
    for one in written:
        typer.echo(messages.painted(str(one.file), one.picture))
    if not written:
        typer.echo(messages.NOT_CONFIRMED, err=True)


@cli.command()
def doctor(context: typer.Context) -> None:
    """Say what this machine can do, and what must be mended."""
    from bot.doctor import examine
    from bot.settings import read_settings

    findings = asyncio.run(examine(read_settings(), _painters(context)))
    for line in messages.columns([finding.row() for finding in findings]):
        typer.echo(line)
    if any(finding.mend for finding in findings):
        raise typer.Exit(1)


@cli.command()
def migrate(
    direction: Annotated[Direction, typer.Argument()] = Direction.UP,
    revision: Annotated[
        str | None, typer.Argument(help="Which one; the newest, or the one before.")
    ] = None,
) -> None:
    """Bring the database up to date, take it back, or say where it stands."""
    from bot.app import revisions, take_down, take_up
    from bot.settings import read_settings

    database = read_settings().database
    match direction:
        case Direction.UP:
            asyncio.run(take_up(database, revision))
        case Direction.DOWN:
            asyncio.run(take_down(database, revision))
        case Direction.STATUS:
            pass
    typer.echo(messages.revisions(*asyncio.run(revisions(database))))


@cli.command()
def bench(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="engine, or all that there is.")] = "all",
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
) -> None:
    """Measure Easel side by side with stock diffusers."""
    from pathlib import Path

    from rich.console import Console

    from bot.bench import bench as measure
    from bot.bench import shown
    from bot.logs import start_logging
    from bot.settings import read_settings

    settings = read_settings()
    start_logging(settings.log)
    numbers = asyncio.run(
        measure(
            what,
            settings,
            _painters(context),
            model=model,
            rounds=rounds,
            grid=grid,
            file=Path(file) if file else None,
            console=Console(stderr=True),
        )
    )
    console = Console()
    for part in shown(numbers):
        console.print(part)


@models.command("list")
def list_models(context: typer.Context) -> None:
    """List the models that Easel paints with, and what lies in the data folder."""
    from bot.models import rows as rows_of
    from bot.settings import read_settings

    settings = read_settings()
    cards = _painters(context).cards(settings)
    rows = [messages.MODEL_COLUMNS, *(messages.model_row(card) for card in cards.values())]
    for line in messages.columns(rows):
        typer.echo(line)
    if lying := rows_of(settings.data_dir / "models"):
        typer.echo()
        for line in messages.columns([messages.INSTALLED_COLUMNS, *lying]):
            typer.echo(line)


@models.command("add")
def add_model(
    name: Annotated[
        str, typer.Argument(metavar="NAME-OR-PATH", help="Like org/name on the hub, or a folder.")
    ],
) -> None:
    """Download a model from the hub, or link one that lies elsewhere on this machine."""
    from rich.console import Console

    from bot.models import add
    from bot.settings import read_settings

    models_dir = read_settings().data_dir / "models"
    typer.echo(messages.added(add(name, models_dir, Console(stderr=True))))


@models.command("remove")
def remove_model(
    name: Annotated[str, typer.Argument(help="What `easel models list` calls it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a model out of the data folder. What only was linked stays where it is."""
    from bot.models import remove
    from bot.settings import read_settings

    settings = read_settings()

    def ask(question: str) -> bool:
        return yes or typer.confirm(question, err=True)

    gone = remove(
        name,
        settings.data_dir / "models",
        served=settings.models,
        agreed=ask if yes or sys.stdin.isatty() else None,
    )
    typer.echo(messages.removed(gone) if gone else messages.NOT_REMOVED)


@models.command("check")
def check_model(path: str) -> None:
    """Say whether a folder or file is a model that Easel can use."""
    from bot.app import check_model as check
    from bot.settings import read_settings

    typer.echo(messages.usable(check(path, read_settings())))


def _painters(context: typer.Context) -> "Painters":
    """The real ones, unless whoever runs the command brought others along."""
    from bot.app import PAINTERS

    return context.obj or PAINTERS
