"""Parcel: a zip of pictures, each with its recipe, that grows piece by piece."""

import json
from dataclasses import asdict
from tempfile import TemporaryFile
from types import TracebackType
from typing import Protocol, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from engine.infotext import write_infotext
from engine.job import Remembered

MANIFEST = "manifest.json"
CHUNK = 2**20


class Target(Protocol):
    """What a parcel is written to; it may be a file, or a pipe that nobody can go back in."""

    def write(self, content: bytes, /) -> int: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Parcel:
    """Each picture is a PNG with a text of its recipe beside it; the manifest tells of them all."""

    def __init__(self, file: Target) -> None:
        self._zip = ZipFile(file, "w", ZIP_STORED)
        # A zip takes one file at a time, and the manifest is whole only at the end.
        self._manifest = TemporaryFile()  # noqa: SIM115 - it is closed with the parcel
        self._divider = b"[\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._manifest, self._zip:
            if error is None:
                self._add_manifest()

    def add(self, picture: Remembered, png: bytes) -> None:
        name = str(picture.number)
        self._write(f"{name}.png", picture, png, ZIP_STORED)
        text = write_infotext(picture.recipe).encode()
        self._write(f"{name}.txt", picture, text, ZIP_DEFLATED)
        told = {
            "number": picture.number,
            "file": f"{name}.png",
            "painted": picture.painted.isoformat(),
            "seconds": picture.seconds,
            "favourite": picture.favourite,
            "notes": list(picture.notes),
            "recipe": asdict(picture.recipe),
        }
        self._manifest.write(self._divider + json.dumps(told).encode())
        self._divider = b",\n"

    def _write(self, name: str, picture: Remembered, content: bytes, packing: int) -> None:
        year, month, day, hour, minute, second = picture.painted.timetuple()[:6]
        # A zip knows no other years.
        year = min(max(year, 1980), 2107)
        entry = ZipInfo(name, (year, month, day, hour, minute, second))
        entry.external_attr = 0o644 << 16
        self._zip.writestr(entry, content, packing)

    def _add_manifest(self) -> None:
        self._manifest.write(b"\n]\n" if self._divider != b"[\n" else b"[]\n")
        self._manifest.seek(0)
        entry = ZipInfo(MANIFEST)
        entry.compress_type = ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        with self._zip.open(entry, "w") as manifest:
            while chunk := self._manifest.read(CHUNK):
                manifest.write(chunk)
