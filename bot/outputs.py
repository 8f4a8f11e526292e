"""Where the pictures of a command go; a file is there whole or not at all."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count as counted
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from engine.errors import InvalidRequest, StorageFailed

LONGEST_NAME = 48


def require_writable(output: str | None, count: int) -> None:
    """Raise InvalidRequest where these pictures could not be written; tried, not guessed."""
    if output is None:
        _require_room_in(Path())
        return
    if not Path(output).name:
        raise InvalidRequest(f"“{output}” is no file. Give a name, like picture.png.")
    for place in places(output, count):
        _require_place(place)
    _require_room_in(Path(output).parent)


def places(output: str, count: int) -> list[Path]:
    """The files that `-o` means: numbered where there are several."""
    place = Path(output)
    if count == 1:
        return [place]
    return [place.with_stem(f"{place.stem}-{number}") for number in range(1, count + 1)]


def free_places(prompt: str) -> Iterator[Path]:
    """Names after the prompt for who gave none: red-circle.png, red-circle-2.png …"""
    words = re.findall(r"[^\W_]+", prompt.lower())
    name = "-".join(words)[:LONGEST_NAME].rstrip("-") or "picture"
    yield Path(f"{name}.png")
    for number in counted(2):
        yield Path(f"{name}-{number}.png")


def write(place: Path, png: bytes) -> None:
    """Write the file, taking the place of one that is there. Raises StorageFailed."""
    place = place.resolve()  # a link stays a link
    try:
        if place.exists() and not place.is_file():  # /dev/null and its like stay what they are
            place.write_bytes(png)
            return
        draft = _draft(place.parent, png)
        try:
            draft.replace(place)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageFailed(f"I could not write {place}: {error.strerror}.") from None


@contextmanager
def growing(place: Path) -> Iterator[BinaryIO]:
    """A file to write piece by piece, in its place once it is whole. Raises StorageFailed."""
    place = Path(os.path.expanduser(place)).resolve()
    draft = place.parent / f".{token_hex(6)}.easel"
    try:
        try:
            with draft.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StorageFailed(f"I could not write {place}: {error.strerror}.") from None


def write_new(names: Iterator[Path], png: bytes) -> Path:
    """Write under the first name that is free, and answer it. Raises StorageFailed."""
    try:
        draft = _draft(Path(), png)
        try:
            for place in names:
                if _claimed(draft, place):
                    return place
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StorageFailed(f"I could not write the picture: {error.strerror}.") from None
    raise StorageFailed("I found no free name for the picture. Give one with -o.")


def _claimed(draft: Path, place: Path) -> bool:
    try:
        # Unlike a rename this never takes the place of a file, even of one made this moment.
        place.hardlink_to(draft)
    except FileExistsError:
        return False
    except OSError:  # there are file systems without links
        if place.exists():
            return False
        draft.rename(place)
    return True


def _draft(folder: Path, png: bytes) -> Path:
    draft = folder / f".{token_hex(6)}.easel"
    try:
        with draft.open("xb") as file:
            file.write(png)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _require_place(place: Path) -> None:
    if place.suffix.lower() not in {"", ".png"}:
        raise InvalidRequest(f"I write PNG files: name it {place.with_suffix('.png')}.")
    try:
        place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise InvalidRequest(f"I cannot write {place}: {error.strerror}.") from None
    if place.is_dir():
        raise InvalidRequest(f"{place} is a folder. Name a file in it: {place / 'picture.png'}.")
    if not os.access(place, os.W_OK):
        raise InvalidRequest(f"{place} is there and I may not write it. Choose another name.")


def _require_room_in(folder: Path) -> None:
    if not folder.is_dir():
        raise InvalidRequest(f"There is no folder {folder}. Make it first, or choose another.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidRequest(f"I may not write in the folder {_named(folder)}. Choose another.")
    try:
        _draft(folder, b"?").unlink()
    except OSError as error:
        raise InvalidRequest(
            f"I cannot write in the folder {_named(folder)}: {error.strerror}."
        ) from None


def _named(folder: Path) -> Path:
    return folder.resolve()
