"""Picture files: written whole or not at all, and found by nothing but their digest."""

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import NotFound, StorageFailed
from storage.migrate import MIGRATIONS
from storage.pictures import PictureFiles
from tests.storage.waiting_files import SlowToGo

KEEP_MORE_THAN_FITS = """
import asyncio, resource, sys
from pathlib import Path
from engine.errors import StorageFailed
from storage.migrate import MIGRATIONS
from storage.pictures import PictureFiles

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
files = PictureFiles(Path(sys.argv[1]))
asyncio.run(files.keep(b"small"))
try:
    asyncio.run(files.keep(b"x" * 100_000))
except StorageFailed as error:
    sys.stdout.write(str(error))
"""


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_lies_two_folders_deep_under_its_digest(tmp_path: Path) -> None:
    digest = await PictureFiles(tmp_path / "new" / "pictures").keep(b"a fox")

    assert digest == hashlib.sha256(b"a fox").hexdigest()
    path = tmp_path / "new" / "pictures" / digest[:2] / digest[2:4] / digest
    assert files_in(tmp_path) == [path]
    assert path.read_bytes() == b"a fox"


async def test_a_file_kept_by_many_at_once_is_there_once(tmp_path: Path) -> None:
    files = PictureFiles(tmp_path)

    digests = await asyncio.gather(*[files.keep(b"a fox" * 10_000) for _ in range(16)])

    assert len(set(digests)) == 1
    assert len(files_in(tmp_path)) == 1
    assert await files.file(digests[0]) == b"a fox" * 10_000


async def test_a_file_kept_before_is_not_written_again(tmp_path: Path) -> None:
    files = PictureFiles(tmp_path)
    await files.keep(b"a fox")
    [path] = files_in(tmp_path)
    written = path.stat()

    await files.keep(b"a fox")

    assert files_in(tmp_path) == [path]
    assert path.stat().st_ino == written.st_ino


async def test_a_file_kept_again_is_as_young_as_a_new_one(tmp_path: Path) -> None:
    files = PictureFiles(tmp_path)
    await files.keep(b"a fox")
    [path] = files_in(tmp_path)
    os.utime(path, (0, 0))

    await files.keep(b"a fox")

    assert path.stat().st_mtime > 0


async def test_a_disk_without_room_is_left_with_no_half_file(tmp_path: Path) -> None:
    child = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KEEP_MORE_THAN_FITS, str(tmp_path)],
        capture_output=True,
        cwd=MIGRATIONS.parent,
        text=True,
        check=True,
    )

    assert child.stdout == "The disk has no room left for the picture. Make room, then ask again."
    [kept] = files_in(tmp_path)
    assert kept.read_bytes() == b"small"


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file where the folder should be")

    with pytest.raises(StorageFailed, match="cannot be kept"):
        await PictureFiles(tmp_path / "pictures").keep(b"a fox")


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "secret",
        "../secret",
        "aa/../../secret",
        "\x00" * 64,
        "A" * 64,
        "٣" * 64,
        "0" * 63,
        "0" * 65,
        "0" * 64 + "\n",
    ],
)
async def test_what_is_no_digest_is_not_found(tmp_path: Path, digest: str) -> None:
    (tmp_path / "secret").write_bytes(b"not yours")
    files = PictureFiles(tmp_path / "pictures")

    with pytest.raises(NotFound):
        await files.file(digest)
    with pytest.raises(NotFound):
        await files.has(digest)


async def test_what_cannot_be_read_is_not_called_gone(tmp_path: Path) -> None:
    digest = "ab" * 32
    (tmp_path / digest[:2] / digest[2:4] / digest).mkdir(parents=True)
    files = PictureFiles(tmp_path)

    with pytest.raises(StorageFailed, match="cannot be read"):
        await files.file(digest)
    assert not await files.has(digest)


async def test_who_gives_up_waits_until_what_they_remove_is_gone(tmp_path: Path) -> None:
    files = SlowToGo(tmp_path)
    digest = await files.keep(b"a fox")
    removing = asyncio.create_task(files.throw_away([digest]))
    await asyncio.to_thread(files.going.wait)

    for _ in range(3):
        removing.cancel()
        await asyncio.sleep(0)
    still = not removing.done()
    files.gate.set()
    await asyncio.wait([removing])

    assert still
    assert removing.cancelled()
    assert not files_in(tmp_path)
