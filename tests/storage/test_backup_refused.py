"""What is no whole backup: refused before anything is changed."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import InvalidRequest, Misconfigured
from storage.backup_contents import ABOUT, About, about_as_json, look_through
from storage.backup_draft import Draft
from storage.backup_tar import Broken, write_member
from tests.storage.homes import KINDS, USUALLY_SQLITE, Home, NewHome, names_in, new_home, silent
from tests.storage.samples import NOON
from tests.storage.tables import HEAD, tables
from tests.storage.test_backup import content_of

__all__ = ["new_home"]
"""Fixtures are found by their names."""

Fill = Callable[[Draft], None]
EVIL = [
    "pictures/../../../evil",
    "/tmp/evil",
    "wildcards/../evil.txt",
    "wildcards/a/b.txt",
    "wildcards/..\\evil.txt",
    "tables/../evil/000001.jsonl",
    "pictures/ab/cd/" + "e" * 64,
    "easel.toml",
    "cookies.secret",
    "",
]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A small one, made of a database without rows."""
    place = tmp_path / "small.tar"
    written(place, lambda draft: draft.note("wildcards/colours.txt", b"red\n" * 100))
    return place


def written(place: Path, fill: Fill, *, revision: str = HEAD, format: int = 1) -> Path:
    """One that fits together, whatever is in it."""
    about = About(easel="1", database="sqlite", revision=revision, made="", format=format)
    with place.open("wb") as file:
        draft = Draft(file=file, place=place, made=NOON)
        draft.note(ABOUT, about_as_json(about))
        fill(draft)
        draft.end({}, 0)
    return place


async def untouched(home: Home) -> bool:
    """Nothing was restored: there are no tables, or no rows in them, and no files."""
    if any(not name.startswith("easel.db") for name in names_in(home.folder)):
        return False
    return not await tables(home.url)


async def test_the_small_one_is_whole(whole: Path, new_home: NewHome) -> None:
    home = new_home("sqlite")

    await home.restore(whole)

    assert "wildcards/colours.txt" in names_in(home.folder)


def test_one_that_ends_too_early_is_refused_wherever_it_ends(whole: Path) -> None:
    content = content_of(whole)

    for length in [*range(0, len(content), 97), len(content) - 1, len(content) - 512]:
        whole.write_bytes(content[:length])
        with pytest.raises((Broken, InvalidRequest)):
            look_through(whole, silent)


def test_one_of_which_a_byte_was_changed_is_refused(whole: Path) -> None:
    content = content_of(whole)
    unnoticed = []

    for at in range(0, len(content), 7):
        whole.write_bytes(content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :])
        try:
            look_through(whole, silent)
        except (Broken, InvalidRequest, Misconfigured):
            continue
        unnoticed.append(at)

    # Nothing is kept in what fills up a block, or behind the sum of a header.
    assert [at for at in unnoticed if content[at] not in b"\0 "] == []
    assert len(unnoticed) < len(content) / 2


def test_what_follows_its_end_is_refused(whole: Path) -> None:
    with whole.open("ab") as file:
        file.write(b"more")

    with pytest.raises(Broken, match="behind its end"):
        look_through(whole, silent)


@pytest.mark.parametrize("name", EVIL)
async def test_what_has_no_place_in_a_backup_is_written_nowhere(
    name: str, new_home: NewHome, tmp_path: Path
) -> None:
    home = new_home("sqlite")
    evil = written(tmp_path / "evil.tar", lambda draft: draft.note(name, b"evil\n"))

    with pytest.raises(Broken):
        await home.restore(evil)

    assert names_in(tmp_path, "*evil*") == ["evil.tar"]
    assert await untouched(home)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
async def test_links_and_folders_are_refused(
    kind: bytes, new_home: NewHome, tmp_path: Path, whole: Path
) -> None:
    home, evil = new_home("sqlite"), tmp_path / "evil.tar"
    with tarfile.open(whole) as good, tarfile.open(evil, "w", format=tarfile.USTAR_FORMAT) as bad:
        for member in good:
            bad.addfile(member, good.extractfile(member))
            link = tarfile.TarInfo("wildcards/link.txt")
            link.type, link.linkname = kind, "/etc/passwd"
            bad.addfile(link)

    with pytest.raises(Broken, match="is no plain file"):
        await home.restore(evil)

    assert await untouched(home)


@pytest.mark.parametrize(
    "lines",
    [
        b'{"id": "1"}\n',
        b"[]\n",
        b"no JSON\n",
        b"[" * 100_000 + b"\n",
        b'{"owner_id":"1","until":"yesterday","why":""}\n',
        b'{"owner_id":["1"],"until":null,"why":{}}\n',
        b'{"owner_id":null,"until":null,"why":""}\n',
        b'{"owner_id":"1","until":null,"why":""}\n' * 2,
        b'{"owner_id":"1","until":null,"why":"","more":1}\n',
        b'{"owner_id":"1","until":null,"why":""}',
        b'{"owner_id":"1","until":null,"why":Infinity}\n',
        b'{"owner_id":"1","until":null,"why":1e999}\n',
    ],
)
@pytest.mark.parametrize("kind", USUALLY_SQLITE)
async def test_rows_that_no_easel_wrote_are_refused_and_leave_nothing(
    lines: bytes, kind: str, new_home: NewHome, tmp_path: Path
) -> None:
    home = new_home(kind)
    evil = written(tmp_path / "evil.tar", lambda draft: draft.part("blocks", 1, lines))

    with pytest.raises(Broken):
        await home.restore(evil)

    assert await untouched(home)


@pytest.mark.parametrize("kind", KINDS)
async def test_rows_without_those_that_they_name_are_refused(
    kind: str, new_home: NewHome, tmp_path: Path
) -> None:
    line = b'{"job_id":"none","digest":"' + b"0" * 64 + b'"}\n'
    home = new_home(kind)
    evil = written(tmp_path / "evil.tar", lambda draft: draft.part("sources", 1, line))

    with pytest.raises(Broken, match="do not hold together"):
        await home.restore(evil)

    assert await untouched(home)


async def test_another_tar_and_what_is_none_are_no_backups(
    new_home: NewHome, tmp_path: Path
) -> None:
    home, place = new_home("sqlite"), tmp_path / "some.tar"
    with tarfile.open(place, "w") as some:
        some.addfile(tarfile.TarInfo("readme"), io.BytesIO())
    tar = content_of(place)

    for content in (tar, b"", b"Dear Alice", bytes(10240)):
        place.write_bytes(content)
        with pytest.raises(InvalidRequest, match="no backup of Easel"):
            await home.restore(place)
    with pytest.raises(InvalidRequest, match="There is no file"):
        await home.restore(tmp_path / "none.tar")

    assert names_in(home.folder) == []


@pytest.mark.parametrize("newer", [{"format": 2}, {"revision": "9999"}])
async def test_what_a_newer_program_made_says_so(
    newer: dict[str, int | str], new_home: NewHome, tmp_path: Path
) -> None:
    home = new_home("sqlite")
    about = {"format": 1, "revision": HEAD, **newer}
    place = tmp_path / "newer.tar"
    written(place, lambda _: None, format=int(about["format"]), revision=str(about["revision"]))

    with pytest.raises(Misconfigured, match="A newer Easel made that backup"):
        await home.restore(place)

    assert names_in(home.folder) == []


async def test_a_picture_that_is_not_what_its_name_says_is_refused(
    new_home: NewHome, tmp_path: Path
) -> None:
    def fill(draft: Draft) -> None:
        digest, content = "ab" * 32, b"another picture"
        write_member(draft.file, f"pictures/ab/ab/{digest}", len(content), 0, [content])
        draft.sums.picture(digest, len(content))

    home = new_home("sqlite")
    evil = written(tmp_path / "evil.tar", fill)

    with pytest.raises(Broken, match="was changed"):
        await home.restore(evil)

    assert await untouched(home)
