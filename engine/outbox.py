"""What is needed to tell somebody far away how a job ended: an Outbox and a Sink."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.job import Job, Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A job that ended and has a `reply`. `tries` counts this try too."""

    job: Job
    tries: int


class Outbox(Protocol):
    """Remembers who must still be told. Every call is one transaction."""

    async def take_due(
        self, now: datetime, *, until: datetime, most: int = 10, worker: str = ""
    ) -> Sequence[Delivery]:
        """The deliveries that are due; this worker has them in hand, and nobody else gets them
        until then."""
        ...

    async def workers(self) -> Collection[str]:
        """Who has deliveries in hand, or was killed with them."""
        ...

    async def take_back(self, now: datetime, gone: Collection[str]) -> None:
        """What these workers had in hand is due."""
        ...

    async def delivered(self, job: str, now: datetime) -> None:
        """It is told, or nobody is there any more: it is never due again."""
        ...

    async def put_off(self, job: str, until: datetime) -> None:
        """It could not be told, and is due again then."""
        ...


class Sink(Protocol):
    """Tells whoever waits at the other end."""

    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        """Tell how the job ended; `job.reply` says to whom.

        After a crash the same may be sent again: the id of the job is the nonce by which the other
        end keeps only one. Raises NotFound where nobody is there any more, and whatever else where
        it may go better later.
        """
        ...
