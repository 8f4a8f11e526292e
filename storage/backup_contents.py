"""What a backup holds, and in which order; and whether one is whole.

A backup is a tar that can be read by hand. Unpacked, it lies as the data folder does:

    about.json                      what it is, of which format and revision of the database
    speeds.json, wildcards/*.txt    what pictures took here, and what the owner wrote
    tables/TABLE/000001.jsonl …     every row, a line of JSON each, whom others name first
    pictures/ab/cd/DIGEST           every file, under the SHA-256 of its bytes
    manifest.json                   how much of all that there is, and its digests

A newer format has a higher number. An older program refuses it before it reads on.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import InvalidRequest, Misconfigured, StorageFailed
from storage.backup_tar import Broken, Member, members

FORMAT = 1
WHAT = "a backup of Easel"
ABOUT, MANIFEST, SPEEDS = "about.json", "manifest.json", "speeds.json"
WILDCARD = re.compile(r"wildcards/([^/\\\x00-\x1f]+\.txt)")
TABLE = re.compile(r"tables/([a-z]+)/(\d{6})\.jsonl")
PICTURE = re.compile(r"pictures/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
LARGEST_NOTE, LARGEST_PART = 2**24, 2**26
"""Bytes of what is read as a whole: a small file, and a part of a table."""


class Stage(StrEnum):
    """How far it is."""

    ROWS = "rows"
    FILES = "pictures"
    CHECK = "looking whether it is whole"


Tell = Callable[[Stage, int, int], None]
"""What is done, how much of it, and how much there is; 0 where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Stands first, so that what this program cannot read is known at once."""

    easel: str
    database: str
    revision: str
    made: str
    what: str = WHAT
    format: int = FORMAT


@dataclass(slots=True)
class Sums:
    """What passed by so far, on its way into a backup or out of it."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    size: int = 0
    """Bytes of all pictures."""
    rows_size: int = 0
    _hashes: dict[str, Any] = field(default_factory=dict)
    """Of each small file, of each table and of the digests of all pictures."""
    _parts: dict[str, int] = field(default_factory=dict)

    def note(self, name: str, content: bytes) -> None:
        self._hash(name).update(content)

    def part(self, table: str, number: int, lines: bytes) -> None:
        """Parts of a table are numbered from 1. Raises Broken where one is missing."""
        if number != self._parts.get(table, 0) + 1:
            raise Broken(f"a part of {table} is missing")
        self._parts[table] = number
        self.rows[table] = self.rows.get(table, 0) + lines.count(b"\n")
        self.rows_size += len(lines)
        self._hash(f"tables/{table}").update(lines)

    def picture(self, digest: str, size: int) -> None:
        self.files, self.size = self.files + 1, self.size + size
        self._hash("pictures").update(digest.encode())

    def told(self) -> dict[str, Any]:
        """As the manifest says it."""
        return {
            "rows": self.rows,
            "files": self.files,
            "bytes": self.size,
            "sha256": {name: sum.hexdigest() for name, sum in self._hashes.items()},
        }

    def _hash(self, name: str) -> Any:
        return self._hashes.setdefault(name, hashlib.sha256())


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a whole one holds. `numbers` are the highest that each table gave away, `gone` how many
    pictures had no file any more."""

    about: About
    rows: Mapping[str, int]
    files: int
    size: int
    rows_size: int
    numbers: Mapping[str, int]
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Rows of a table, a line each."""

    table: str
    lines: list[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A small file of the data folder, by its place there."""

    place: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A picture. Its bytes must be read before what comes next is."""

    digest: str
    chunks: Iterator[bytes]


Piece = About | Lines | Note | File | Contents


def pieces(file: BinaryIO) -> Iterator[Piece]:
    """All of it, the contents last. Raises Broken once something is not as the manifest says;
    Misconfigured where a newer program made it, and InvalidRequest where it is no backup at all.
    """
    reading = members(file)
    content = _first(reading)
    sums, about = Sums(), _about(content)
    sums.note(ABOUT, content)
    yield about
    for member in reading:
        if found := TABLE.fullmatch(member.name):
            lines = member.read(LARGEST_PART)
            if not lines.endswith(b"\n"):
                raise Broken(f"{member.name} ends in the middle of a row")
            sums.part(found[1], int(found[2]), lines)
            yield Lines(table=found[1], lines=lines.splitlines())
        elif found := PICTURE.fullmatch(member.name):
            yield File(digest=found[3], chunks=_as_named(member, found[3], sums))
        elif member.name == SPEEDS or WILDCARD.fullmatch(member.name):
            content = member.read(LARGEST_NOTE)
            sums.note(member.name, content)
            yield Note(place=member.name, content=content)
        elif member.name == MANIFEST:
            contents = _contents(about, member.read(LARGEST_NOTE), sums)
            _require_last(reading)
            yield contents
            return
        else:
            raise Broken(f"{member.name!r:.80} has no place in a backup")
    raise Broken("it ends too early")


def look_through(place: Path, tell: Tell) -> Contents:
    """Read all of it and keep nothing. Raises as `pieces` does, and StorageFailed."""
    with opened(place) as file:
        whole = place.stat().st_size
        for piece in pieces(file):
            tell(Stage.CHECK, file.tell(), whole)
            if isinstance(piece, File):
                for _ in piece.chunks:
                    tell(Stage.CHECK, file.tell(), whole)
            elif isinstance(piece, Contents):
                return piece
    raise Broken("it ends too early")


def opened(place: Path) -> BinaryIO:
    """It is read twice, which a pipe is not."""
    try:
        if place.exists() and not place.is_file():
            raise InvalidRequest(f"{place} is no file. Save the backup in one, and name that.")
        return place.open("rb")
    except FileNotFoundError:
        raise InvalidRequest(f"There is no file {place}. Name a backup.") from None
    except OSError as error:
        raise StorageFailed(f"I cannot read {place}: {error.strerror}.") from error


def manifest(sums: Sums, numbers: Mapping[str, int], gone: int) -> bytes:
    """What stands last, with a digest of itself."""
    told = {**sums.told(), "numbers": dict(numbers), "gone": gone}
    return _dumped({**told, "seal": _seal(told)})


def about_as_json(about: About) -> bytes:
    return _dumped(asdict(about))


def is_backup(place: Path) -> bool:
    """Of any format, whole or not."""
    try:
        with opened(place) as file:
            return _read(_first(members(file))).get("what") == WHAT
    except (OSError, InvalidRequest, StorageFailed):
        return False


def _first(reading: Iterator[Member]) -> bytes:
    try:
        member = next(reading, None)
        if member is not None and member.name == ABOUT:
            return member.read(LARGEST_NOTE)
    except Broken:
        pass
    raise InvalidRequest("That file is no backup of Easel. Name one that `easel backup` wrote.")


def _about(content: bytes) -> About:
    told = _read(content)
    match told:
        case {"what": str(what), "format": int(number)} if what == WHAT:
            if number > FORMAT:
                raise Misconfigured(
                    f"A newer Easel made that backup, in its format {number}. Update Easel."
                )
        case _:
            raise Broken("it does not say what it is")
    try:
        about = About(**told)
    except TypeError as error:
        raise Broken("it does not say what it is") from error
    if not all(isinstance(told[name], str) for name in ("easel", "database", "revision", "made")):
        raise Broken("it does not say what it is")
    return about


def _contents(about: About, content: bytes, sums: Sums) -> Contents:
    told = _read(content)
    match told:
        case {"numbers": dict(numbers), "gone": int(gone), "seal": str(seal)}:
            said = {name: value for name, value in told.items() if name != "seal"}
        case _:
            raise Broken("its manifest cannot be read")
    if _seal(said) != seal:
        raise Broken("its manifest was changed")
    if said != {**sums.told(), "numbers": numbers, "gone": gone}:
        raise Broken("it is not what its manifest says")
    if not all(type(number) is int and 0 <= number < 2**62 for number in numbers.values()):
        raise Broken("its manifest cannot be read")
    sizes = {"files": sums.files, "size": sums.size, "rows_size": sums.rows_size}
    return Contents(about=about, rows=sums.rows, **sizes, numbers=numbers, gone=gone)


def _as_named(member: Member, digest: str, sums: Sums) -> Iterator[bytes]:
    seen = hashlib.sha256()
    for chunk in member.chunks():
        seen.update(chunk)
        yield chunk
    if seen.hexdigest() != digest:
        raise Broken(f"the picture {digest} was changed")
    sums.picture(digest, member.size)


def _require_last(reading: Iterator[Member]) -> None:
    for member in reading:
        raise Broken(f"{member.name!r:.80} stands behind its manifest")


def _read(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise Broken("what it says of itself cannot be read")
    return told


def _seal(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _dumped(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, indent=2) + "\n").encode()
