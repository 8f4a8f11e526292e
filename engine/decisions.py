"""Decisions of moderators, by the audit and the blocks, as whoever looks after the line asks."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from engine.accounts import Accounts
from engine.allowance import require_unblocked
from engine.errors import QuotaExceeded
from engine.gate import QUEUE, Gate, gate_of
from engine.moderation import is_tier

Touched = Callable[[int | None], Awaitable[Collection[str] | None]]
"""Whose allowance the deeds since that one may have changed; None is everybody's."""
Blocked = Callable[[str], Awaitable[QuotaExceeded | None]]
"""Why that person may ask for nothing; None where they may."""


def newest_deed_of(accounts: Accounts) -> Callable[[], Awaitable[int]]:
    """The id of what a moderator did last; 0 where nobody ever did anything."""

    async def newest() -> int:
        deeds = await accounts.audit(most=1)
        return deeds[0].id if deeds else 0

    return newest


def touched_from(accounts: Accounts) -> Touched:
    """By the audit: what is done to a tier touches whoever may be in it."""

    async def touched(seen: int | None) -> Collection[str] | None:
        if seen is None:
            return None
        people: set[str] = set()
        before: int | None = None
        while deeds := await accounts.audit(before=before):
            for deed in deeds:
                if deed.id <= seen:
                    return people
                if is_tier(deed.whom):
                    return None
                people.add(deed.whom)
            before = deeds[-1].id
        return people

    return touched


def gate_from(accounts: Accounts) -> Callable[[], Awaitable[Gate]]:
    """As moderators left it: their last deed is kept for ever, and so is that."""

    async def gate() -> Gate:
        deeds = await accounts.audit(whom=QUEUE, most=1)
        return gate_of(deeds[0].what if deeds else None)

    return gate


def blocked_from(accounts: Accounts, now: Callable[[], datetime]) -> Blocked:
    async def blocked(owner: str) -> QuotaExceeded | None:
        block = await accounts.block_of(owner)
        if block is not None:
            try:
                require_unblocked(block.why, block.until, now())
            except QuotaExceeded as error:
                return error
        return None

    return blocked
