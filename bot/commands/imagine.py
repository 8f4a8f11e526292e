"""The command that paints here and now."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from bot import messages
from bot.commands.painters import painters_of
from bot.echo import echo

# What people type is read as text, so that the sentence about a mistake is Easel's own.
Text = str | None


def imagine(
    context: typer.Context,
    prompt: Annotated[Text, typer.Argument(help="What to paint, in the prompt language.")] = None,
    prompts: Annotated[
        Text, typer.Option(metavar="FILE", help="Many prompts instead, one a line.")
    ] = None,
    negative: Annotated[Text, typer.Option(help="What to keep out.")] = None,
    model: Annotated[Text, typer.Option(help="A model's name; the first one else.")] = None,
    size: Annotated[Text, typer.Option(metavar="WxH", help="Like 512x768.")] = None,
    steps: Annotated[Text, typer.Option(metavar="N", help="From 1 to 150.")] = None,
    guidance: Annotated[
        Text, typer.Option(metavar="N", help="How closely to follow the prompt: 0 to 30.")
    ] = None,
    guidance_end: Annotated[
        Text, typer.Option(metavar="N", help="After which share of the steps it ends: up to 1.")
    ] = None,
    cache: Annotated[
        Text, typer.Option(metavar="N", help="Of how many steps one is painted whole: 1 to 5.")
    ] = None,
    rescale: Annotated[
        Text, typer.Option(metavar="N", help="Take back what much guidance overdoes: 0 to 1.")
    ] = None,
    clip_skip: Annotated[
        Text, typer.Option(metavar="N", help="Which layer reads the prompt: 1 is the last.")
    ] = None,
    sampler: Annotated[Text, typer.Option(help='Like "DPM++ 2M Karras".')] = None,
    seed: Annotated[
        Text, typer.Option(metavar="N", help="The same seed paints the same picture.")
    ] = None,
    variation: Annotated[
        Text, typer.Option(metavar="N", help="How far to go from that seed: 0 to 1.")
    ] = None,
    variation_seed: Annotated[
        Text, typer.Option(metavar="N", help="Which way to go from it.")
    ] = None,
    count: Annotated[Text, typer.Option(metavar="N", help="How many pictures: 1 to 16.")] = None,
    image: Annotated[Text, typer.Option(metavar="FILE", help="A picture to start from.")] = None,
    strength: Annotated[
        Text, typer.Option(metavar="N", help="How much of that picture to change: 0 to 1.")
    ] = None,
    mask: Annotated[
        Text,
        typer.Option(
            metavar="FILE", help="Where to paint on it: white. Or alpha: where it is transparent."
        ),
    ] = None,
    outpaint: Annotated[
        Text,
        typer.Option(metavar="N[,N,N,N]", help="Pixels to add: left, top, right, bottom, or all."),
    ] = None,
    upscale: Annotated[
        Text, typer.Option(metavar="N", help="How many times as large: 1 to 4.")
    ] = None,
    upscaler: Annotated[Text, typer.Option(help="Lanczos, Latent, or one of yours.")] = None,
    redraw: Annotated[
        Text, typer.Option(metavar="N", help="How much to paint over what was enlarged: 0 to 1.")
    ] = None,
    style: Annotated[Text, typer.Option(help="A style's name.")] = None,
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
        Text, typer.Option(metavar="N", help="How much of those looks to take: 0 to 2.")
    ] = None,
    exact: Annotated[
        bool | None,
        typer.Option("--exact/--no-exact", help="Bit for bit the same, whatever else is painted."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Paint anew what history already holds.")
    ] = False,
    output: Annotated[
        Text, typer.Option("--output", "-o", metavar="FILE", help="Where the picture goes.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the recipes as JSON.")] = False,
) -> None:
    """Paint a picture here and now."""
    from rich.console import Console

    from bot.beginning import begin
    from bot.imagine import Asked
    from bot.imagine import imagine as paint
    from bot.led import read_controls, read_references
    from bot.models import fetch_missing
    from bot.prompts_file import lines_of

    settings = begin()
    given = {
        "negative": negative,
        "model": model,
        "steps": steps,
        "guidance": guidance,
        "guidance_end": guidance_end,
        "cache": cache,
        "rescale": rescale,
        "clip_skip": clip_skip,
        "sampler": sampler,
        "seed": seed,
        "variation": variation,
        "variation_seed": variation_seed,
        "count": count,
        "strength": strength,
        "outpaint": outpaint.split(",") if outpaint else None,
        "upscale": upscale,
        "upscaler": upscaler,
        "redraw": redraw,
        "style": style,
        "exact": exact,
        "fresh": fresh or None,
    }
    sources = {"image": image, "mask": mask}
    asked = Asked(
        lines=lines_of(prompt, prompts),
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
    fetch_missing(settings.models_here, settings.data_dir / "models", console)
    painters = painters_of(context)
    painted = asyncio.run(paint(asked, settings, painters, console=console, agreed=agreed))
    if as_json:
        told = [one.as_json() for one in painted.written]
        echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for one in painted.written:
            echo(messages.painted(str(one.file), one.picture))
    for problem in painted.problems:
        echo(problem, err=True)
    if painted.problems:
        raise typer.Exit(1)
    if not painted.written:
        echo(messages.NOT_CONFIRMED, err=True)
