"""Pending: a command that was acknowledged and is not answered yet, as a line of the journal."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from bot.discord.delivery.reply import Reply

OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """`id` is the interaction's; `reply` says where its answer is loading.

    A `deed` is a command that may have changed something before it was answered.
    """

    id: int
    reply: Reply
    deed: bool = False

    def __str__(self) -> str:
        return json.dumps({"id": self.id, "reply": asdict(self.reply), "deed": self.deed})

    @classmethod
    def read(cls, line: str) -> Self | int:
        """An id alone where that one is over. Raises ValueError for what is no line of ours."""
        told = json.loads(line)
        try:
            if told.get(OVER):
                return int(told["id"])
            # Whatever it lacks, it raises NotFound for.
            reply = Reply.read(json.dumps(told["reply"]))
            return cls(id=int(told["id"]), reply=reply, deed=bool(told.get("deed")))
        except Exception as error:  # a line may hold anything, and no start may fail because of it
            raise ValueError(f"That is no line of the journal: {error!r}.") from error


def over(interaction: int) -> str:
    """The line that says that it is answered."""
    return json.dumps({"id": interaction, OVER: True})
