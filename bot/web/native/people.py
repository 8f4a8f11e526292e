"""People: what moderators see of them, and do about what they may use."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from bot.app import App
from bot.terms import read_person
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Plain, Reason, Said
from bot.web.idempotency import HEADER, key_in
from bot.web.native.acts import act_of, in_force
from bot.web.native.person import (
    SaidBlock,
    SaidGrant,
    SaidOwnTerms,
    SaidTier,
    ToldPeople,
    ToldPerson,
    ToldPersonInFull,
    told_entry,
    told_person,
)
from bot.web.native.standing import ToldGrant, told_grant
from engine.clock import utc_now
from engine.key import Scope
from engine.moderation import no_grant, person

MOST, LAST_ENTRIES = 100, 20
NOT_FOUND = frozenset({404, 422})

Does = Callable[[Call], Awaitable[web.StreamResponse]]


class Named(Said):
    """A part of an id or of a name."""

    search: Plain = Field("", description="A part of an id or of a name.")
    limit: Annotated[int, Field(ge=1, le=MOST)] = Field(20, description="So many at most.")


class People:
    """Everybody who asked for something, and by their ids those who have not yet."""

    def __init__(self, app: App) -> None:
        self._app, self._accounts = app, app.accounts

    def endpoints(self) -> Sequence[Endpoint]:
        one = "/v1/people/{person}"
        return (
            Endpoint(
                method="GET",
                path="/v1/people",
                does=self.list,
                about="Who asked for something, those first who did so last",
                tag="people",
                scope=Scope.MODERATE,
                query=Named,
                answers={200: ToldPeople},
            ),
            Endpoint(
                method="GET",
                path=one,
                does=self.show,
                about="What somebody may use and has left",
                tag="people",
                scope=Scope.MODERATE,
                answers={200: ToldPersonInFull},
                refuses=frozenset({422}),
            ),
            Endpoint(
                method="POST",
                path=f"{one}/grants",
                does=self.grant,
                about="Give credits beside the allowance",
                tag="people",
                scope=Scope.MODERATE,
                body=SaidGrant,
                headers=HEADER,
                answers={201: ToldGrant},
            ),
            Endpoint(
                method="DELETE",
                path=f"{one}/grants/{{grant}}",
                does=self.take_back,
                about="What is left of a grant pays nothing any more",
                tag="people",
                scope=Scope.MODERATE,
                query=Reason,
                answers={200: ToldPerson},
                refuses=NOT_FOUND,
            ),
            _putting("tier", self.set_tier, SaidTier, "Give somebody a tier by name"),
            _putting("terms", self.set_terms, SaidOwnTerms, "Set all of somebody's own limits"),
            _putting("block", self.block, SaidBlock, "Let somebody ask for nothing"),
            Endpoint(
                method="DELETE",
                path=f"{one}/block",
                does=self.unblock,
                about="Let somebody ask again",
                tag="people",
                scope=Scope.MODERATE,
                query=Reason,
                answers={200: ToldPerson},
                refuses=NOT_FOUND,
            ),
        )

    async def list(self, call: Call) -> web.Response:
        asked, now = call.query(Named), utc_now()
        found = await self._accounts.people(asked.limit, search=asked.search)
        standings = [await self._accounts.standing(owner.id, now) for owner in found]
        return answered(ToldPeople(people=[told_person(each, now) for each in standings]))

    async def show(self, call: Call) -> web.Response:
        now = utc_now()
        told = told_person(await self._accounts.standing(_whom(call), now), now)
        entries = await self._accounts.entries(_whom(call), LAST_ENTRIES)
        whole = ToldPersonInFull(
            **told.model_dump(), entries=[told_entry(entry) for entry in entries]
        )
        return answered(whole)

    async def grant(self, call: Call) -> web.Response:
        asked = call.body(SaidGrant)
        act = replace(act_of(call, asked.why), key=key_in(call.request))
        given = await self._accounts.grant(_whom(call), asked.credits, act, expires=asked.expires)
        await in_force(self._app)
        return answered(told_grant(given), status=201)

    async def take_back(self, call: Call) -> web.Response:
        act, number = act_of(call, call.query(Reason).why), call.number("grant")
        standing = await self._accounts.standing(_whom(call), act.at)
        if number not in {grant.id for grant in standing.grants}:
            raise no_grant(number)
        await self._accounts.take_back_grant(number, act)
        return await self._changed(call)

    async def set_tier(self, call: Call) -> web.Response:
        asked = call.body(SaidTier)
        await self._accounts.set_tier(_whom(call), asked.tier, act_of(call, asked.why))
        return await self._changed(call)

    async def set_terms(self, call: Call) -> web.Response:
        asked = call.body(SaidOwnTerms)
        act, terms = act_of(call, asked.why), asked.terms.terms
        before = (await self._accounts.standing(_whom(call), act.at)).terms
        gone = before.keys() - terms.keys()
        await self._accounts.set_terms(_whom(call), terms, act, forget=gone)
        return await self._changed(call)

    async def block(self, call: Call) -> web.Response:
        asked = call.body(SaidBlock)
        await self._accounts.block(_whom(call), act_of(call, asked.why), until=asked.until)
        return await self._changed(call)

    async def unblock(self, call: Call) -> web.Response:
        await self._accounts.unblock(_whom(call), act_of(call, call.query(Reason).why))
        return await self._changed(call)

    async def _changed(self, call: Call) -> web.Response:
        """As they stand from now on."""
        await in_force(self._app)
        now = utc_now()
        return answered(told_person(await self._accounts.standing(_whom(call), now), now))


def _whom(call: Call) -> str:
    """Raises InvalidRequest."""
    return person(read_person(call.place("person")))


def _putting(what: str, does: Does, body: type[BaseModel], about: str) -> Endpoint:
    return Endpoint(
        method="PUT",
        path=f"/v1/people/{{person}}/{what}",
        does=does,
        about=about,
        tag="people",
        scope=Scope.MODERATE,
        body=body,
        answers={200: ToldPerson},
    )
