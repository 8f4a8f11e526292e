"""Problem: why something could not be had over HTTP, in a sentence, whatever dialect tells it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from aiohttp import web

from engine.errors import (
    Cancelled,
    EaselError,
    InvalidRequest,
    NotFound,
    PaintingFailed,
    QueueFull,
    QuotaExceeded,
    Rejected,
    ShareFull,
    StorageFailed,
    Unsafe,
)

log = logging.getLogger(__name__)

SOON_S = 10
"""After that a queue that was full, or a database that was away, is worth another try."""
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
BUG = "Something broke here. The log says what."


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`more` is what a program can read of it."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase


class Asking(Exception):
    """What was asked for needs a yes first. Not an error of Easel's: the client asks a person."""

    def __init__(self, sentence: str, **more: Any) -> None:
        super().__init__(sentence)
        self.more = more


def problem_of(error: Exception, now: datetime) -> Problem:
    """A bug is logged and says nothing of itself."""
    match error:
        case web.HTTPException():
            kept = {name: error.headers[name] for name in KEPT_HEADERS if name in error.headers}
            return Problem(status=error.status, detail=_words_of(error), headers=kept)
        case Asking():
            return Problem(status=409, detail=str(error), more=error.more)
        case QuotaExceeded():
            return Problem(status=429, detail=str(error), headers=_after(error.retry_at, now))
        case ShareFull():
            # Their own jobs stand before it, and not everybody's.
            headers = {"Retry-After": str(SOON_S)}
            return Problem(status=429, detail=str(error), headers=headers)
        case QueueFull() | StorageFailed():
            log.warning("refused: %s", error)
            headers = {"Retry-After": str(SOON_S)}
            return Problem(status=503, detail=str(error), headers=headers)
        case InvalidRequest() | Unsafe():
            return Problem(status=422, detail=str(error))
        case Rejected():
            return Problem(status=403, detail=str(error))
        case NotFound():
            return Problem(status=404, detail=str(error))
        case Cancelled():
            return Problem(status=409, detail=str(error))
        case PaintingFailed() | EaselError():
            log.error("failed: %s", error)
            return Problem(status=500, detail=str(error))
        case _:
            log.error("met a bug", exc_info=error)
            return Problem(status=500, detail=BUG)


def _words_of(error: web.HTTPException) -> str:
    """Ours where somebody wrote some; aiohttp writes the status and its name."""
    written = error.text or ""
    if written and written != f"{error.status}: {error.reason}":
        return written
    return SENTENCES.get(error.status, f"{error.reason}.")


def _after(moment: datetime | None, now: datetime) -> Mapping[str, str]:
    if moment is None:
        return {}
    return {"Retry-After": str(max(1, ceil((moment - now).total_seconds())))}


SENTENCES = {
    404: "There is nothing at this address. /openapi.json lists what there is.",
    405: "That cannot be done at this address. The header Allow says what can.",
    413: "That is more than I read at this address.",
}
