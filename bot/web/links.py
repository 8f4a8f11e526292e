"""Links: addresses of pictures that open for a while without a key."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from aiohttp import web

from bot.web.here import scheme_of
from bot.web.rate import Rate

LASTS = timedelta(hours=1)


class Links:
    """Signed, so that nobody makes one up."""

    def __init__(
        self, secret: bytes, now: Callable[[], datetime], rate: Rate | None = None
    ) -> None:
        self._secret, self._now = secret, now
        self.rate = rate or Rate()

    def to(self, request: web.Request, file: str, ending: str) -> str:
        """From wherever the request came in; who passed it on says whether that was by TLS."""
        until = int((self._now() + LASTS).timestamp())
        path = f"/v1/images/files/{until}/{self._sign(until, file)}/{file}.{ending}"
        url = request.url.with_path(path).with_query(None)
        return str(url.with_scheme(scheme_of(request)))

    def opens(self, until: int, sign: str, file: str) -> bool:
        holds = until > self._now().timestamp()
        return hmac.compare_digest(sign, self._sign(until, file)) and holds

    def _sign(self, until: int, file: str) -> str:
        return hmac.new(self._secret, f"link {until} {file}".encode(), sha256).hexdigest()
