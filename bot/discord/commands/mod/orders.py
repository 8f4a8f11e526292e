"""Orders: what a moderator wants done about what somebody may use."""

from dataclasses import dataclass
from datetime import datetime

from bot.discord.looks.deeds import named
from bot.discord.speech.refusals import told
from bot.discord.speech.words import say
from bot.terms import NONE, Change
from engine.accounts import Accounts, Act
from engine.errors import EaselError, InvalidRequest
from engine.moderation import changed, granted_cents, unknown_tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Several at once. Where one of them cannot be done, none is begun."""

    change: Change
    tier: str | None = None
    take_back: int | None = None
    give: float | None = None
    expires: datetime | None = None

    async def carried_out(self, accounts: Accounts, owner: str, act: Act) -> list[str]:
        """What was done, as sentences. Raises InvalidRequest.

        What is done counts, and is told, even where something broke before the rest.
        """
        await self._require_possible(accounts, owner, act)
        done: list[str] = []
        try:
            await self._do(accounts, owner, act, done)
        except EaselError as error:
            if not done:
                raise
            done.append(say("mod.quota.half", problem=told(error)))
        return list(dict.fromkeys(done))

    async def _require_possible(self, accounts: Accounts, owner: str, act: Act) -> None:
        standing = await accounts.standing(owner, act.at)
        if self.tier is not None and self.tier != NONE:
            known = [tier.name for tier in await accounts.tiers()]
            if self.tier not in known:
                raise unknown_tier(self.tier, known)
        changed(standing.terms, self.change.terms, self.change.forget)
        if self.take_back is not None:
            paying = {grant.id for grant in standing.grants if not grant.expired(act.at)}
            if self.take_back not in paying:
                raise InvalidRequest(
                    say("mod.quota.not_theirs", person=named(owner), grant=self.take_back)
                )
        if self.give is not None:
            granted_cents(self.give, act, self.expires)

    async def _do(self, accounts: Accounts, owner: str, act: Act, done: list[str]) -> None:
        if self.tier is not None:
            await accounts.set_tier(owner, None if self.tier == NONE else self.tier, act)
            done.append(say("mod.quota.set"))
        if self.change:
            await accounts.set_terms(owner, self.change.terms, act, forget=self.change.forget)
            done.append(say("mod.quota.set"))
        if self.take_back is not None:
            await accounts.take_back_grant(self.take_back, act)
            done.append(say("mod.quota.taken_back", grant=self.take_back))
        if self.give is not None:
            grant = await accounts.grant(owner, self.give, act, expires=self.expires)
            done.append(say("mod.quota.given", credits=grant.credits, grant=grant.id))
