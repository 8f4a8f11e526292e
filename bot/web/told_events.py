"""Events as programs read them from the stream: each kind with the shape of its data."""

from typing import Literal

from bot.web.endpoint import Happening
from bot.web.feed import MEMORY_S, RETRY_MS
from bot.web.native.told import Told, ToldJob


class ToldNothing(Told):
    """Only that it happened."""


class ToldLength(Told):
    """How many jobs there are of everybody, and whether the queue moves."""

    waiting: int
    painting: int
    gate: Literal["open", "paused", "draining", "stopping"]


class ToldFavour(Told):
    """A picture of history became a favourite, or is none any more."""

    number: int
    favourite: bool


class ToldDeletion(Told):
    """A picture of history is gone."""

    number: int
    deleted: Literal[True]


EVENTS = (
    Happening(
        kind="job",
        data=(ToldJob,),
        about="One of your jobs came, moved in line, was painted a step further, or has ended: all "
        "of it as it is now, as at /v1/jobs/{job}. At most four a second of each job.",
    ),
    Happening(
        kind="quota",
        data=(ToldNothing,),
        about="What you may use has changed: ask /v1/quota.",
    ),
    Happening(
        kind="queue",
        data=(ToldLength,),
        about="How long the queue is, at most once a second.",
    ),
    Happening(
        kind="picture",
        data=(ToldFavour, ToldDeletion),
        about="A picture of your history became a favourite or none, or was deleted.",
    ),
    Happening(
        kind="reset",
        data=(ToldNothing,),
        about="You may have missed something that is not remembered: ask for everything that you "
        "show once more (/v1/jobs, /v1/history, /v1/quota, /v1/queue), and read on.",
    ),
)


def about_stream(beat_s: float, lasts_s: float, most: int) -> str:
    """For whoever writes a client."""
    return (
        f"Server-sent events. `data` is JSON of one line; `id` is a number that only grows, also "
        f"over restarts. The stream begins with `retry: {RETRY_MS}` and the number from which it "
        f"goes on. Of each job, picture and the other topics only the newest event is kept: who "
        f"reads slowly skips what is out of date. A comment (a line with a colon) comes after "
        f"{beat_s:.0f} seconds in which nothing happens; after twice as long without a line the "
        f"connection is dead. To go on where it broke off, send the last `id` as `Last-Event-ID`, "
        f"or as `after`; without them you hear of what happens from now on. What happened is "
        f"remembered for {MEMORY_S:.0f} seconds after the last reader left; of an older number you "
        f"get `reset`. Opened with a key, a stream ends after {lasts_s:.0f} seconds, to be opened "
        f"again, and within two seconds after the key was revoked or expired: then the answer to "
        f"the next is 401. {most} of them may be open at a time."
    )
