"""Teller: what is said of a topic at the moment when it is told."""

import json
from collections.abc import Awaitable, Callable, Mapping

from engine.errors import NotFound
from engine.gate import Gate
from engine.job import Job
from engine.line import Line
from engine.ports import Ledger
from engine.watch import DELETED, FAVOURED

Show = Callable[[Job], Awaitable[bytes]]
"""A job as JSON without line breaks, as its owner sees it now."""

QUEUE, QUOTA = "queue", "quota"
JOB, PICTURE = "job", "picture"
NOTHING_TO_SAY = b"{}"
GATES: Mapping[Gate, str] = {
    Gate.OPEN: "open",
    Gate.PAUSED: "paused",
    Gate.DRAINED: "draining",
}


STOPPING = "stopping"
"""Whatever moderators want, nothing new is taken in."""


def gate_word(line: Line) -> str:
    return STOPPING if line.stop.meant else GATES[line.gate]


def of_job(name: str) -> str:
    """The topic of a job."""
    return f"{JOB}:{name}"


def of_picture(number: str) -> str:
    """The topic of a picture."""
    return f"{PICTURE}:{number}"


class Teller:
    """Reads what is told from the line, and from the ledger what is not there."""

    def __init__(self, *, line: Line, ledger: Ledger, show: Show) -> None:
        self._line, self._ledger, self._show = line, ledger, show

    async def told(self, topic: str, became: str) -> tuple[str, bytes] | None:
        """What kind of event it is, and its content; None where there is nothing to tell of."""
        kind, _, name = topic.partition(":")
        match kind:
            case "job":
                try:
                    return kind, await self._show(await self._job(name))
                except NotFound:
                    return None
            case "picture" if became == DELETED:
                return kind, _json({"number": int(name), "deleted": True})
            case "picture":
                return kind, _json({"number": int(name), "favourite": became == FAVOURED})
            case "queue":
                return kind, self.queue()
            case _:
                return kind, NOTHING_TO_SAY

    def queue(self) -> bytes:
        """How long it is, and whether it moves."""
        line = self._line
        waiting, painting, gate = len(line.waiting), len(line.works), gate_word(line)
        return _json({"waiting": waiting, "painting": painting, "gate": gate})

    async def owner(self, job: str) -> str | None:
        """Whose it is; None where there is no such job."""
        try:
            return (await self._ledger.job(job)).owner.id
        except NotFound:
            return None

    async def _job(self, name: str) -> Job:
        ticket = self._line.tickets.get(name)
        if ticket is not None and self._line.knows(name):
            return ticket.job
        return await self._ledger.job(name)


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
