"""The audit: what moderators did, written in the transaction in which they did it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from engine.accounts import Act
from engine.moderation import noted, reason
from storage.models import utc
from storage.rows import AuditRow


async def note(
    session: AsyncSession, whom: str, what: str, act: Act, details: Mapping[str, Any]
) -> None:
    """In the same transaction as what was done: neither is ever there without the other."""
    deed = {
        "who": act.who,
        "whom": whom,
        "what": what,
        "why": reason(act.why),
        "details": noted(act, details),
        "at": utc(act.at),
    }
    await session.execute(insert(AuditRow).values(deed))
