"""Cookie: keeps a page open for whoever was let in, also over a restart."""

import hmac
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes

from aiohttp import web

from engine.errors import StorageFailed

NAME = "easel"
HOME = "home"
"""Stands where a id of a key would, for whoever sits at this machine."""
LASTS = timedelta(days=30)
BYTES = 32


class Cookies:
    """What is in them is signed, so none is kept here."""

    def __init__(self, secret: bytes, now: Callable[[], datetime]) -> None:
        self._secret, self._now = secret, now

    def give(self, response: web.StreamResponse, whom: str, *, secure: bool) -> None:
        until = int((self._now() + LASTS).timestamp())
        said = f"{whom}.{until}"
        response.set_cookie(
            NAME,
            f"{said}.{self._sign(said)}",
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=secure,
        )

    def take(self, response: web.Response) -> None:
        response.del_cookie(NAME, httponly=True, samesite="Strict")

    def read(self, request: web.Request) -> str | None:
        """Whom it was given to; None without one of ours that still holds."""
        said, _, sign = request.cookies.get(NAME, "").rpartition(".")
        if not hmac.compare_digest(_bytes(sign), self._sign(said).encode()):
            return None
        whom, _, until = said.partition(".")
        return whom if int(until) > self._now().timestamp() else None

    def _sign(self, said: str) -> str:
        # The links are signed with the same secret, and must not pass for cookies.
        return hmac.new(self._secret, b"cookie " + _bytes(said), sha256).hexdigest()


def secret_in(folder: Path) -> bytes:
    """The one that is kept there, which nobody else may read; made the first time."""
    file = folder / "cookies.secret"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(made, "wb") as written:
                written.write(token_bytes(BYTES))
        kept = file.read_bytes()
    except OSError as error:
        raise StorageFailed(f"{file} cannot be read or written: {error.strerror}.") from error
    if len(kept) < BYTES:
        raise StorageFailed(f"{file} is damaged. Delete it, and sign in again.")
    return kept


def _bytes(said: str) -> bytes:
    """What comes in a header may be no text at all."""
    return said.encode(errors="surrogatepass")
