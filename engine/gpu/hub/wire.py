"""One request over plain HTTP: what comes back, and whether it helps to ask again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from engine.gpu.hub.connection import Plain, Redirected, Secure
from engine.gpu.hub.public import is_public
from engine.letters import shown

LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_WORDS = 100
ALLOWED_NEXT = {"http": {"http", "https"}, "https": {"https"}}


class Interrupted(Exception):
    """The connection broke or the hub is busy: what came so far is good, and it can go on."""


def answered(
    address: str,
    headers: Mapping[str, str],
    token: str | None,
    *,
    reach: float,
    timeout: float,
) -> HTTPResponse:
    """Raises HTTPError where asking again does not help, and Interrupted where it does.

    `reach` is how many seconds it may take to be connected, `timeout` any silence after that.
    """
    request = Request(address, headers={"User-Agent": "easel", **headers})
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    try:
        with breaking():
            answer: HTTPResponse = _opener(address, reach).open(request, timeout=timeout)
    except HTTPError as error:
        error.close()
        if error.code in LATER:
            raise Interrupted(f"it answered {error.code}", _seconds(error.headers)) from None
        raise
    return answer


@contextmanager
def breaking() -> Iterator[None]:
    """Whatever the network raises; a broken disk must not look like it."""
    try:
        yield
    except HTTPError:
        raise
    except (OSError, HTTPException) as error:
        why = getattr(error, "reason", error)
        if isinstance(why, TimeoutError):
            raise Interrupted("no answer yet") from None
        raise Interrupted(readable(getattr(why, "strerror", None) or why)) from None


def readable(words: object) -> str:
    """What a stranger wrote, in a form that may go to a terminal."""
    return shown(str(words), LONGEST_WORDS)


class _Redirects(HTTPRedirectHandler):
    """The hub keeps large files elsewhere, and leads there: out in the internet, never inwards.

    A repository that was renamed still sees the token; where its files lie does not.
    """

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.scheme not in ALLOWED_NEXT[before.scheme]:
            raise HTTPError(newurl, code, "it leads to another kind of address", headers, fp)
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new is None:
            return None
        if isinstance(req, Redirected) or is_public(before.hostname or ""):
            new = Redirected(new.full_url, headers=new.headers, unverifiable=True)
        token = req.unredirected_hdrs.get("Authorization")
        if token and after[:2] == before[:2]:
            new.add_unredirected_header("Authorization", token)
        return new


def _opener(address: str, reach: float) -> OpenerDirector:
    ways = [_Redirects(), Plain(reach), Secure(reach)]
    if urlsplit(address).hostname in {"127.0.0.1", "::1", "localhost"}:
        return build_opener(*ways, ProxyHandler({}))  # no proxy can see this machine's own
    return build_opener(*ways)


def _seconds(headers: Message) -> float:
    told = headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else 0.0
