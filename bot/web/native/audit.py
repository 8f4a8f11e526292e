"""Audit: what moderators did, to whom, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from bot.app import App
from bot.deeds import told_details
from bot.terms import read_person
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Number, Plain, Said
from bot.web.native.told import Told
from engine.accounts import Deed
from engine.key import Scope

MOST = 200


class Before(Said):
    """`whom` is a person's id, `tier NAME`, `server ID` or `queue`."""

    before: Number | None = Field(None, description="Those next older than the deed of that id.")
    whom: Plain | None = Field(
        None, description="Done to that person's id, `tier NAME`, `server ID` or `queue`."
    )
    limit: Annotated[int, Field(ge=1, le=MOST)] = Field(50, description="So many at most.")


class ToldDeed(Told):
    """`details` are for programs, and `told` the same in words."""

    id: int
    who: str
    whom: str
    what: str
    why: str
    details: dict[str, Any]
    told: str
    at: datetime


class ToldDeeds(Told):
    """Newest first; there may be `more` that are older."""

    deeds: list[ToldDeed]
    more: bool


class Audit:
    """It is only ever added to."""

    def __init__(self, app: App) -> None:
        self._accounts = app.accounts

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/audit",
                does=self.page,
                about="What moderators did, newest first",
                tag="people",
                scope=Scope.MODERATE,
                query=Before,
                answers={200: ToldDeeds},
            ),
        )

    async def page(self, call: Call) -> web.Response:
        asked = call.query(Before)
        whom = read_person(asked.whom) if asked.whom else None
        # One more than is shown says whether there are more.
        deeds = await self._accounts.audit(whom=whom, before=asked.before, most=asked.limit + 1)
        told = [_told(deed) for deed in deeds[: asked.limit]]
        return answered(ToldDeeds(deeds=told, more=len(deeds) > asked.limit))


def _told(deed: Deed) -> ToldDeed:
    return ToldDeed(
        id=deed.id,
        who=deed.who,
        whom=deed.whom,
        what=deed.what,
        why=deed.why,
        details=dict(deed.details),
        told=told_details(deed.details),
        at=deed.at,
    )
