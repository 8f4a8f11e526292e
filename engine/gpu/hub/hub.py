"""The hub that models come from, over plain HTTP: what a repository holds, and its files."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

from engine.errors import BadModel, EaselError, Misconfigured, Unavailable
from engine.gpu.hub.connection import REACH
from engine.gpu.hub.repository import HubName, Listing, RemoteFile, hub_name
from engine.gpu.hub.wire import Interrupted, answered, breaking, readable
from engine.nearest import nearest

USUAL_ENDPOINT = "https://huggingface.co"
LONGEST_ANSWER = 64 * 2**20
CHUNK = 2**20
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
LONGEST_PAUSE = 60.0
# A commit by its digest. It becomes a part of addresses and is shown.
_REVISION = re.compile(r"[0-9A-Za-z]{1,64}")

Say = Callable[[str], None]
"""Hears while it is waited for the hub: why, and which try comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where models come from, and how patiently.

    A request that brings nothing is tried again after each of the `pauses`; whatever it brings
    begins them anew. It may take `reach` seconds to be connected, and any silence after that
    `timeout`.
    """

    endpoint: str = USUAL_ENDPOINT
    token: str | None = field(default=None, repr=False)
    offline: bool = False
    reach: float = REACH
    timeout: float = 15.0
    pauses: Sequence[float] = PAUSES
    wait: Callable[[float], None] = time.sleep
    say: Say = lambda _: None

    def look_up(self, name: HubName) -> Listing:
        """Pins the revision. Raises BadModel where there is no such repository or revision."""
        path = f"api/models/{name.repository}/revision/{quote(name.revision, safe='')}?blobs=true"
        try:
            found = self._json(path)
            return Listing(
                repository=name.repository,
                revision=_revision(found),
                licence=_licence(found),
                files={str(file["rfilename"]): _remote(file) for file in found["siblings"]},
            )
        except HTTPError as error:
            raise self._refusal(error, name) from None
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            raise Misconfigured(
                f"{self.endpoint} answered what no hub answers. Set HF_ENDPOINT to one."
            ) from None

    def page(self, repository: str) -> str:
        """Where a person reads about the repository."""
        return f"{self.endpoint}/{repository}"

    def read(self, listing: Listing, path: str, start: int) -> Iterator[tuple[int, bytes]]:
        """The file's bytes from `start` on, each piece with its place; it goes on when it breaks.

        A hub that cannot begin in the middle begins anew: then the place is 0 again.
        """
        place, tries = start, self._tries()
        size = listing.files[path].size
        while place < size:
            before = place
            try:
                for at, piece in self._pieces(listing, path, place):
                    place = at + len(piece)
                    if place > size:
                        raise _wrong_length(listing.repository, path)
                    yield at, piece
                if place >= size:
                    return
                raise Interrupted("the connection broke")
            except Interrupted as broken:
                if place > before:
                    tries = self._tries()
                self._pause(tries, broken)

    def first(self, listing: Listing, path: str, count: int) -> bytes:
        """The file's first bytes. A hub that always sends all is listened to no longer."""
        tries = self._tries()
        while True:
            try:
                with self._file(listing, path, f"0-{count - 1}") as answer, breaking():
                    return answer.read(count)
            except Interrupted as broken:
                self._pause(tries, broken)

    def _file(self, listing: Listing, path: str, piece: str) -> HTTPResponse:
        address = f"{listing.repository}/resolve/{listing.revision}/{quote(path)}"
        try:
            return self._open(address, {"Range": f"bytes={piece}"} if piece else {})
        except HTTPError as error:
            raise self._refusal(error, HubName(repository=listing.repository), path) from None

    def _pieces(self, listing: Listing, path: str, start: int) -> Iterator[tuple[int, bytes]]:
        with self._file(listing, path, f"{start}-" if start else "") as answer:
            place = start if answer.status == 206 else 0
            told = answer.headers.get("Content-Range", f"bytes {start}-")
            if place and not told.startswith(f"bytes {start}-"):
                raise Interrupted("it sent another piece than it was asked for")
            while True:
                with breaking():
                    # Not all of a chunk: what had come before a break would be lost with it.
                    piece = answer.read1(CHUNK)
                if not piece:
                    return
                yield place, piece
                place += len(piece)

    def _json(self, path: str) -> Any:
        tries = self._tries()
        while True:
            try:
                with self._open(path, {}) as answer, breaking():
                    content = answer.read(LONGEST_ANSWER)
                return json.loads(content)
            except Interrupted as broken:
                self._pause(tries, broken)

    def _open(self, path: str, headers: Mapping[str, str]) -> HTTPResponse:
        """Raises HTTPError where asking again does not help, and Interrupted where it does."""
        if self.offline:
            raise Misconfigured(
                "HF_HUB_OFFLINE is set, so nothing is downloaded. Unset it, or copy the model "
                "here from another machine and name its path."
            )
        return answered(
            f"{self.endpoint}/{path}",
            headers,
            self.token,
            reach=self.reach,
            timeout=self.timeout,
        )

    def _tries(self) -> Iterator[tuple[int, float]]:
        """The number of each further try, and how long to wait before it."""
        return iter(enumerate(self.pauses, start=2))

    def _pause(self, tries: Iterator[tuple[int, float]], broken: Interrupted) -> None:
        why, *asked = broken.args
        number, pause = next(tries, (0, 0.0))
        if not number:
            raise Unavailable(
                f"I cannot reach {self.endpoint}: {why}. Look at the connection and try again; "
                "what has come so far is kept."
            )
        host = urlsplit(self.endpoint).hostname
        self.say(f"{host}: {why}, trying again ({number} of {len(self.pauses) + 1})")
        self.wait(min(LONGEST_PAUSE, max(pause, *asked)) if asked else pause)

    def _refusal(self, error: HTTPError, name: HubName, path: str = "") -> EaselError:
        code = error.headers.get("X-Error-Code", "")
        page = self.page(name.repository)
        wrong_token = "invalid credentials" in error.headers.get("X-Error-Message", "").lower()
        match error.code, code:
            case 401, _ if self.token and wrong_token:
                return Misconfigured("The hub does not know the token in HF_TOKEN. Set a new one.")
            case 416, _:
                return _wrong_length(name.repository, path)
            case ((401 | 403), _) if path or code == "GatedRepo":
                return BadModel(
                    f"{name.repository} is given only to those who accept its licence. Accept it "
                    f"at {page} and set HF_TOKEN to a token of the same account."
                )
            case 404, "RevisionNotFound":
                told = _perhaps(name.revision, self._revisions(name.repository))
                return BadModel(f"{name.repository} has no revision “{name.revision}”.{told}")
            case 404, _ if path:
                return BadModel(f"{name.repository} has lost its {path}. Look at {page}.")
            case ((401 | 404), _):
                told = _perhaps(name.repository, self._alike(name.repository))
                return BadModel(
                    f"The hub has no model “{name.repository}” that I may see.{told} "
                    "If it is a private one, set HF_TOKEN."
                )
            case _:
                return BadModel(
                    f"The hub refuses {name.repository} ({error.code}). Look at {page}."
                )

    def _revisions(self, repository: str) -> list[str]:
        refs = self._or_nothing(f"api/models/{repository}/refs", dict)
        listed = [*(refs.get("branches") or []), *(refs.get("tags") or [])]
        return [readable(ref.get("name")) for ref in listed if isinstance(ref, dict)]

    def _alike(self, repository: str) -> list[str]:
        word = quote(repository.rpartition("/")[2], safe="")
        found = self._or_nothing(f"api/models?search={word}&limit=50", list)
        names = [str(model.get("id")) for model in found if isinstance(model, dict)]
        return [name for name in names if hub_name(name)]

    def _or_nothing(self, path: str, kind: Any) -> Any:
        """Only for advice, so it is asked once, and silence is an answer."""
        try:
            with self._open(path, {}) as answer, breaking():
                found = json.loads(answer.read(LONGEST_ANSWER))
        except (HTTPError, Interrupted, ValueError, RecursionError):
            return kind()
        return found if isinstance(found, kind) else kind()


def hub_from(environ: Mapping[str, str]) -> Hub:
    """The hub that the environment names, in the words that the hub's own programs know."""
    endpoint = environ.get("HF_ENDPOINT", "").strip().rstrip("/") or USUAL_ENDPOINT
    token = environ.get("HF_TOKEN", "").strip()
    if urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname:
        raise Misconfigured("HF_ENDPOINT must be an address, like https://huggingface.co.")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise Misconfigured("HF_TOKEN must be a token in one word.")
    offline = environ.get("HF_HUB_OFFLINE", "").strip().upper() in {"1", "ON", "YES", "TRUE"}
    return Hub(endpoint=endpoint, token=token or None, offline=offline)


def _wrong_length(repository: str, path: str) -> BadModel:
    return BadModel(
        f"{path} of {repository} is not as long as the hub says. Try again later, or take another "
        "repository."
    )


def _perhaps(word: str, known: Sequence[str]) -> str:
    found = nearest(word, known, count=3)
    return f" Did you mean {' or '.join(found)}?" if found else ""


def _remote(file: Mapping[str, Any]) -> RemoteFile:
    large = file.get("lfs") or {}
    size = int(large.get("size", file["size"]))
    if size < 0:
        raise ValueError("a size below nothing")
    return RemoteFile(size=size, sha256=large.get("sha256"), blob=file.get("blobId"))


def _revision(found: Mapping[str, Any]) -> str:
    revision = str(found["sha"])
    if not _REVISION.fullmatch(revision):
        raise ValueError("no commit")
    return revision


def _licence(found: Mapping[str, Any]) -> str:
    card = found.get("cardData") or {}
    named = card.get("license_name") if card.get("license") == "other" else None
    given = named or card.get("license")
    tagged = [str(tag)[8:] for tag in found.get("tags") or [] if str(tag).startswith("license:")]
    names = given if isinstance(given, list) else [given] if given else tagged
    told = ", ".join(str(name) for name in names)
    return readable(told)
