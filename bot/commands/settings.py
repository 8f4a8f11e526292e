"""The commands about defaults and servers' settings: show, set."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.painters import painters_of
from bot.commands.quota import Text
from bot.echo import echo

if TYPE_CHECKING:
    from bot.preferences import Defaults

settings_commands = typer.Typer(
    help="What is painted where a request says nothing, and what a server allows.",
    no_args_is_help=True,
)

Person = Annotated[Text, typer.Option(metavar="ID", help="Somebody else, like discord:42.")]
Server = Annotated[Text, typer.Option(metavar="ID", help="A server; digits are Discord's.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="For the audit.")]


@settings_commands.command("show")
def show(context: typer.Context, person: Person = None, server: Server = None) -> None:
    """Show the defaults of a person, yours else, or a server's settings and defaults."""
    from bot.typed import read_whose

    whose = read_whose(person, server)
    tell(context, lambda defaults: defaults.show(whose))


@settings_commands.command("set")
def change(
    context: typer.Context,
    person: Person = None,
    server: Server = None,
    model: Annotated[Text, typer.Option(help="A model's name.")] = None,
    size: Annotated[Text, typer.Option(metavar="WxH", help="Like 512x768.")] = None,
    aspect: Annotated[Text, typer.Option(metavar="W:H", help="Like 16:9, instead.")] = None,
    steps: Annotated[Text, typer.Option(metavar="N", help="From 1 to 150.")] = None,
    guidance: Annotated[Text, typer.Option(metavar="N", help="From 0 to 30.")] = None,
    sampler: Annotated[Text, typer.Option(help='Like "DPM++ 2M Karras".')] = None,
    negative: Annotated[Text, typer.Option(help="What to keep out; none is nothing.")] = None,
    style: Annotated[Text, typer.Option(help="A style's name; none is no style.")] = None,
    count: Annotated[Text, typer.Option(metavar="N", help="How many pictures: 1 to 16.")] = None,
    exact: Annotated[Text, typer.Option(metavar="yes|no", help="As --exact paints.")] = None,
    models: Annotated[
        Text, typer.Option(metavar="A,B", help="Of a server: the models that may be used.")
    ] = None,
    most: Annotated[
        Text, typer.Option(metavar="N", help="Of a server: the most pictures at once.")
    ] = None,
    images: Annotated[
        Text, typer.Option(metavar="yes|no", help="Of a server: may pictures be begun from?")
    ] = None,
    loras: Annotated[
        Text, typer.Option(metavar="yes|no", help="Of a server: may LoRAs be used?")
    ] = None,
    refuse: Annotated[
        Text, typer.Option(metavar="A,B", help="Of a server: words that no prompt may say.")
    ] = None,
    safety: Annotated[
        Text, typer.Option(help="Of a server: mark, blur or refuse, where that is stricter.")
    ] = None,
    safety_adult: Annotated[
        Text, typer.Option(help="Of a server: the safety where it is age-restricted.")
    ] = None,
    safety_channels: Annotated[
        Text,
        typer.Option(metavar="ID:M,ID:M", help="Of a server: the safety of single channels."),
    ] = None,
    channels: Annotated[
        Text, typer.Option(metavar="A,B", help="Of a server: ids of channels to answer in.")
    ] = None,
    audit_channel: Annotated[
        Text, typer.Option(metavar="ID", help="Of a server: where moderators' deeds are told.")
    ] = None,
    language: Annotated[Text, typer.Option(help="Of a server: like en or pt-BR.")] = None,
    why: Why = "",
) -> None:
    """Set defaults, and a server's settings. `default` is as if nothing had been set."""
    from bot.typed import read_preferences, read_server_settings, read_whose

    whose = read_whose(person, server)
    chosen = read_preferences(
        {
            "model": model,
            "size": size,
            "aspect": aspect,
            "steps": steps,
            "guidance": guidance,
            "sampler": sampler,
            "negative": negative,
            "style": style,
            "count": count,
            "exact": exact,
        }
    )
    allowed = read_server_settings(
        {
            "models": models,
            "most": most,
            "images": images,
            "loras": loras,
            "refuse": refuse,
            "safety": safety,
            "safety_adult": safety_adult,
            "safety_channels": safety_channels,
            "channels": channels,
            "audit_channel": audit_channel,
            "language": language,
        }
    )
    tell(context, lambda defaults: defaults.set(whose, chosen, allowed, why))


def tell(context: typer.Context, verb: "Callable[[Defaults], Awaitable[list[str]]]") -> None:
    """Do it in the database that the settings name, and print what it answers."""
    from bot.app import open_chooser
    from bot.beginning import begin
    from bot.preferences import Defaults

    program = begin()
    painters = painters_of(context)

    async def lines() -> list[str]:
        async with open_chooser(program, painters) as chooser:
            return await verb(Defaults(chooser=chooser))

    for line in asyncio.run(lines()):
        echo(line)
