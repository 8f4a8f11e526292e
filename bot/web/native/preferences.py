"""Preferences: what somebody gets where a request says nothing."""

from collections.abc import Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from bot.app import App
from bot.sizes import read_aspect, read_size
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Plain, Said
from bot.web.native.acts import act_of
from bot.web.native.told import Told
from engine.choices import Kind, Whose
from engine.errors import InvalidRequest
from engine.key import Scope
from engine.preferences import NAMES
from engine.readable import LONGEST_PROMPT

SIZES = ({"size"}, {"aspect"}, {"width", "height"})
"""Each says which shape pictures have."""


class SaidPreferences(Said):
    """All of them: what is null or not said is as the model has it. An empty style is none."""

    model: Plain | None = None
    size: Annotated[str, Field(max_length=20, examples=["512x768"])] | None = None
    width: int | None = None
    height: int | None = None
    aspect: Annotated[str, Field(max_length=20, examples=["16:9"])] | None = None
    sampler: Plain | None = None
    steps: int | None = None
    guidance: float | None = None
    negative: Annotated[str, Field(max_length=LONGEST_PROMPT)] | None = None
    style: Plain | None = None
    count: int | None = None
    exact: bool | None = None

    @property
    def change(self) -> dict[str, Any]:
        """By the names of the fields. Raises InvalidRequest."""
        said = self.model_dump(exclude_none=True)
        if sum(not said.keys().isdisjoint(names) for names in SIZES) > 1:
            raise InvalidRequest("Say one of size, width with height, or aspect.")
        if (size := said.pop("size", None)) is not None:
            said["width"], said["height"] = read_size(size)
        if "aspect" in said:
            said["aspect"] = read_aspect(said["aspect"])
        return said


class ToldPreferences(Told):
    """Those that were chosen, by the names of a request's fields. `notes` say which of them cannot
    be taken as things are."""

    preferences: dict[str, Any]
    notes: list[str]


class Preferences:
    """Everybody's own."""

    def __init__(self, app: App) -> None:
        self._chooser = app.chooser

    def endpoints(self) -> Sequence[Endpoint]:
        path, tag = "/v1/preferences", "choices"
        return (
            Endpoint(
                method="GET",
                path=path,
                does=self.show,
                about="What you get where a request says nothing",
                tag=tag,
                scope=Scope.READ,
                answers={200: ToldPreferences},
            ),
            Endpoint(
                method="PUT",
                path=path,
                does=self.set,
                about="Choose all that you get where a request says nothing",
                tag=tag,
                scope=Scope.PAINT,
                body=SaidPreferences,
                answers={200: ToldPreferences},
            ),
            Endpoint(
                method="DELETE",
                path=path,
                does=self.forget,
                about="Forget what you chose",
                tag=tag,
                scope=Scope.PAINT,
                answers={204: None},
            ),
        )

    async def show(self, call: Call) -> web.Response:
        chosen = await self._chooser.chosen(_whose(call))
        told = ToldPreferences(
            preferences=chosen.person.told, notes=list(self._chooser.passed_over(chosen))
        )
        return answered(told)

    async def set(self, call: Call) -> web.Response:
        change = call.body(SaidPreferences).change
        gone = [name for name in NAMES if name not in change]
        await self._chooser.set_preferences(_whose(call), change, act_of(call), forget=gone)
        return await self.show(call)

    async def forget(self, call: Call) -> web.Response:
        await self._chooser.set_preferences(_whose(call), {}, act_of(call), forget=NAMES)
        return web.Response(status=204)


def _whose(call: Call) -> Whose:
    return Whose(kind=Kind.PERSON, id=call.caller.owner.id)
