"""Options: settings that programs read, and the model, which each owner has for themselves."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from pydantic import ConfigDict, RootModel

from bot.app import App
from bot.web.a1111.dialect import A1111
from bot.web.a1111.fixed import FIXED, otherwise, refusal
from bot.web.a1111.names import model_called, title_of
from bot.web.a1111.progress import Nothing
from bot.web.a1111.shapes import Theirs, named
from bot.web.asked import Name
from bot.web.chosen import chosen_by, own_model, whose
from bot.web.endpoint import Call, Endpoint, answered
from engine.accounts import Act
from engine.clock import utc_now
from engine.errors import InvalidRequest
from engine.key import Scope


class SetOptions(Theirs):
    """What is as it is for everybody cannot be set to anything else; names that are not known here
    are passed over."""

    model_config = ConfigDict(extra="allow")

    sd_model_checkpoint: Name | None = None


class ToldOptions(RootModel[dict[str, Any]]):
    """By their names there."""


class Options:
    """What is changed is changed for whoever changes it, and for nobody else."""

    def __init__(self, app: App) -> None:
        self._app = app

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/sdapi/v1/options",
                does=self.show,
                about="One's own model, and settings that are the same for all",
                tag="A1111",
                scope=Scope.READ,
                answers={200: ToldOptions},
                dialect=A1111,
            ),
            Endpoint(
                method="POST",
                path="/sdapi/v1/options",
                does=self.change,
                about="Choose the model that is painted with where none is named",
                tag="A1111",
                scope=Scope.PAINT,
                body=SetOptions,
                answers={200: Nothing},
                dialect=A1111,
            ),
        )

    async def show(self, call: Call) -> web.Response:
        card = own_model(self._app, await chosen_by(self._app, call.caller.owner))
        told = {**FIXED, "sd_model_checkpoint": title_of(card)}
        return answered(ToldOptions(told))

    async def change(self, call: Call) -> web.Response:
        said = call.body(SetOptions)
        for name in otherwise(said.model_extra or {}):
            raise InvalidRequest(refusal(name, (said.model_extra or {})[name]))
        wanted = said.sd_model_checkpoint
        if named(wanted):
            card = model_called(wanted or "", self._app.cards)
            owner = call.caller.owner
            act = Act(who=owner.id, at=utc_now())
            await self._app.chooser.set_preferences(whose(owner), {"model": card.name}, act)
        return answered(Nothing())
