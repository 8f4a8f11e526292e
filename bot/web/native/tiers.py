"""Tiers: what people may use who have them, by name or by a role."""

from collections.abc import Sequence
from typing import Annotated

from aiohttp import web
from pydantic import Field

from bot.app import App
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Plain, Reason, Said, Why
from bot.web.native.acts import act_of, in_force
from bot.web.native.terms import SaidTerms, ToldTerms, told_terms
from bot.web.native.told import Told
from engine.accounts import Tier
from engine.errors import NotFound
from engine.key import Scope
from engine.moderation import HIGHEST_RANK, unknown_tier

MOST_ROLES = 100


class ToldTier(Told):
    """Of several that somebody has by their roles, the one with the lowest rank counts."""

    name: str
    rank: int
    roles: list[str]
    terms: ToldTerms


class ToldTiers(Told):
    """In the order in which roles are looked for."""

    tiers: list[ToldTier]


class SaidLimits(Said):
    """All limits of the tier; rank and roles stay as they are where they are not said."""

    terms: SaidTerms = SaidTerms()
    roles: Annotated[list[Plain], Field(max_length=MOST_ROLES)] | None = None
    rank: Annotated[int, Field(ge=-HIGHEST_RANK, le=HIGHEST_RANK)] | None = None
    why: Why = ""


class Tiers:
    """Those that there are, one more, one less."""

    def __init__(self, app: App) -> None:
        self._app, self._accounts = app, app.accounts

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/tiers",
                does=self.list,
                about="All tiers",
                tag="people",
                scope=Scope.MODERATE,
                answers={200: ToldTiers},
            ),
            Endpoint(
                method="PUT",
                path="/v1/tiers/{name}",
                does=self.set,
                about="Make a tier, or set all of its limits",
                tag="people",
                scope=Scope.MODERATE,
                body=SaidLimits,
                answers={200: ToldTier},
            ),
            Endpoint(
                method="DELETE",
                path="/v1/tiers/{name}",
                does=self.remove,
                about="Remove a tier; whoever had it has what their roles give",
                tag="people",
                scope=Scope.MODERATE,
                query=Reason,
                answers={204: None},
                refuses=frozenset({404}),
            ),
        )

    async def list(self, call: Call) -> web.Response:
        tiers = await self._accounts.tiers()
        return answered(ToldTiers(tiers=[_told(tier) for tier in tiers]))

    async def set(self, call: Call) -> web.Response:
        asked, name = call.body(SaidLimits), call.place("name")
        terms = asked.terms.terms
        before = next((t.terms for t in await self._accounts.tiers() if t.name == name), {})
        await self._accounts.change_tier(
            name,
            terms,
            act_of(call, asked.why),
            forget=before.keys() - terms.keys(),
            roles=asked.roles,
            rank=asked.rank,
        )
        await in_force(self._app)
        return answered(_told(await self._named(name)))

    async def remove(self, call: Call) -> web.Response:
        tier = await self._named(call.place("name"))
        await self._accounts.remove_tier(tier.name, act_of(call, call.query(Reason).why))
        await in_force(self._app)
        return web.Response(status=204)

    async def _named(self, name: str) -> Tier:
        """Raises NotFound."""
        tiers = {tier.name: tier for tier in await self._accounts.tiers()}
        if name not in tiers:
            raise NotFound(str(unknown_tier(name, tiers)))
        return tiers[name]


def _told(tier: Tier) -> ToldTier:
    return ToldTier(
        name=tier.name, rank=tier.rank, roles=list(tier.roles), terms=told_terms(tier.terms)
    )
