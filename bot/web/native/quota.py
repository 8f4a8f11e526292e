"""Quota: what whoever asks may use and has left."""

from collections.abc import Sequence

from aiohttp import web

from bot.app import App
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.native.standing import ToldStanding, told_standing
from engine.clock import utc_now
from engine.key import Scope


class Quota:
    """One's own."""

    def __init__(self, app: App) -> None:
        self._accounts = app.accounts

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/quota",
                does=self.show,
                about="What you may use and have left",
                tag="quota",
                scope=Scope.READ,
                answers={200: ToldStanding},
            ),
        )

    async def show(self, call: Call) -> web.Response:
        now, owner = utc_now(), call.caller.owner
        told = told_standing(await self._accounts.standing(owner.id, now), now)
        # Whoever has asked for nothing yet is known by no name.
        return answered(told.model_copy(update={"name": told.name or owner.name}))
