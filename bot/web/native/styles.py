"""Styles: the built-in ones and one's own, which go before those of their name."""

from collections.abc import Sequence
from typing import Annotated

from aiohttp import web
from pydantic import Field

from bot.app import App
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Said
from bot.web.native.acts import act_of
from bot.web.native.told import Told
from engine.choices import Kind, Whose
from engine.errors import InvalidRequest, NotFound
from engine.key import Scope
from engine.readable import LONGEST_PROMPT
from engine.style import STYLES, Style, plain_name, style_named
from engine.styles import checked_style

Words = Annotated[str, Field(max_length=LONGEST_PROMPT)]


class SaidStyle(Said):
    """`{prompt}` is where the prompt goes."""

    prompt: Annotated[Words, Field(examples=["a watercolor of {prompt}"])]
    negative: Words = ""


class ToldStyle(Told):
    """`own` is one of whoever asks; the others are built in."""

    name: str
    prompt: str
    negative: str
    own: bool


class ToldStyles(Told):
    """One's own first."""

    styles: list[ToldStyle]


class Styles:
    """Those of whoever asks, and nobody else's."""

    def __init__(self, app: App) -> None:
        self._choices = app.choices

    def endpoints(self) -> Sequence[Endpoint]:
        one, tag = "/v1/styles/{name}", "choices"
        return (
            Endpoint(
                method="GET",
                path="/v1/styles",
                does=self.list,
                about="The styles that you can name",
                tag=tag,
                scope=Scope.READ,
                answers={200: ToldStyles},
            ),
            Endpoint(
                method="GET",
                path=one,
                does=self.show,
                about="A style, in any spelling of its name",
                tag=tag,
                scope=Scope.READ,
                answers={200: ToldStyle},
                refuses=frozenset({404}),
            ),
            Endpoint(
                method="PUT",
                path=one,
                does=self.add,
                about="Keep a style of your own under that name",
                tag=tag,
                scope=Scope.PAINT,
                body=SaidStyle,
                answers={200: ToldStyle},
            ),
            Endpoint(
                method="DELETE",
                path=one,
                does=self.remove,
                about="Remove a style of your own",
                tag=tag,
                scope=Scope.PAINT,
                answers={204: None},
                refuses=frozenset({404}),
            ),
        )

    async def list(self, call: Call) -> web.Response:
        own = await self._own(call)
        hidden = {plain_name(style.name) for style in own}
        others = [one for one in STYLES.values() if plain_name(one.name) not in hidden]
        told = [_told(style, own=True) for style in own]
        return answered(ToldStyles(styles=[*told, *(_told(one, own=False) for one in others)]))

    async def show(self, call: Call) -> web.Response:
        own = await self._own(call)
        try:
            style = style_named(call.place("name"), own)
        except InvalidRequest as error:
            raise NotFound(str(error)) from None
        return answered(_told(style, own=style in own))

    async def add(self, call: Call) -> web.Response:
        asked = call.body(SaidStyle)
        style = checked_style(
            Style(name=call.place("name"), prompt=asked.prompt, negative=asked.negative)
        )
        await self._choices.add_style(_whose(call), style, act_of(call))
        return answered(_told(style, own=True))

    async def remove(self, call: Call) -> web.Response:
        await self._choices.remove_style(_whose(call), call.place("name"), act_of(call))
        return web.Response(status=204)

    async def _own(self, call: Call) -> Sequence[Style]:
        return (await self._choices.chosen(call.caller.owner.id)).own_styles


def _whose(call: Call) -> Whose:
    return Whose(kind=Kind.PERSON, id=call.caller.owner.id)


def _told(style: Style, *, own: bool) -> ToldStyle:
    return ToldStyle(name=style.name, prompt=style.prompt, negative=style.negative, own=own)
