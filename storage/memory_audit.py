"""The audit in memory: what moderators did, one deed after the other."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from engine.accounts import Act, Deed
from engine.moderation import noted, reason
from storage.models import utc


class MemoryAudit:
    """Only ever added to."""

    def __init__(self) -> None:
        self._deeds: list[Deed] = []
        self._numbers = count(1)

    def note(self, whom: str, what: str, act: Act, details: Mapping[str, Any]) -> None:
        self._deeds.append(
            Deed(
                id=next(self._numbers),
                who=act.who,
                whom=whom,
                what=what,
                why=reason(act.why),
                details=noted(act, details),
                at=utc(act.at),
            )
        )

    @property
    def newest_first(self) -> Sequence[Deed]:
        return self._deeds[::-1]
