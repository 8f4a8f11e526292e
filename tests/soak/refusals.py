"""Refusals: what Discord would not let the bot do, and which of it is no mistake of the bot's."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.discord_server.rest import Refusal

NO_MISTAKE = {
    10008: "somebody deleted the message",
    10015: "the answer was never begun",
    10062: "three seconds were over: one of the two stood still",
    40060: "the first answer was given again, since nothing was heard of the first try",
    50027: "a quarter of an hour was over",
}
"""By Discord's own codes."""


@dataclass(slots=True)
class Refused:
    """All that were looked at, by their codes."""

    counts: Counter[str] = field(default_factory=Counter)
    _looked_at: int = 0

    def complaints(self, refusals: Sequence[Refusal]) -> Iterator[str]:
        for one in refusals[self._looked_at :]:
            self.counts[f"{one.route.name} {one.code} {one.message}"] += 1
            if one.code not in NO_MISTAKE:
                yield (
                    f"Discord refused {one.route.name}: {one.code} {one.message} "
                    f"{'; '.join(one.flaws)}".strip()
                )
        self._looked_at = len(refusals)
