"""Downloads are pinned, resumed, verified, and found only once they are whole."""

import asyncio
import json
import signal
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.card import ModelCard
from engine.errors import Misconfigured
from engine.gpu.hub.download import Download
from engine.gpu.models.catalog import BUILT_IN, find, names
from engine.gpu.models.loading import load
from engine.gpu.models.weights import require_safetensors
from engine.job import Recipe
from tests.engine.gpu.together import paint_together, recipe
from tests.hub_server.app import HubServer
from tests.hub_server.shelf import Repository, files_in
from tests.hub_server.visit import LOCAL, NAME, bring, left_in, opened

SCHEDULER = "scheduler/scheduler_config.json"
UNET = "unet/diffusion_pytorch_model.safetensors"
# Of the large files this one comes first.
TEXT, HALFWAY = "text_encoder/model.safetensors", 50_000
A_PICKLE = b"\x80\x04K\x01."


def as_of(card: ModelCard) -> Recipe:
    return recipe(model=card.name, digest=card.digest)


async def test_a_downloaded_model_paints_what_the_original_paints(
    server: HubServer, folder: Path, models_dir: Path
) -> None:
    await bring(server, folder)

    model = find(LOCAL, folder)
    original = find("tiny", models_dir)
    ours, theirs = (
        paint_together(load(each, torch.device("cpu")), [as_of(each.card)])[0]
        for each in (model, original)
    )
    assert torch.equal(ours.latents, theirs.latents)
    assert left_in(folder) == [LOCAL]


async def test_halves_alone_are_brought_and_loaded(
    server: HubServer, folder: Path, pipe: Any, tmp_path: Path
) -> None:
    pipe.save_pretrained(tmp_path / "half", variant="fp16")
    halves = files_in(tmp_path / "half")
    full = server.repositories[NAME].commits[server.repositories[NAME].branches["main"]]
    server.repositories[NAME].commit({**full, **halves})

    await bring(server, folder)

    model = find(LOCAL, folder)
    family = load(model, torch.device("cpu"))
    assert paint_together(family, [as_of(model.card)])[0].painted
    brought = {file for file in files_in(folder / LOCAL) if file.endswith(".safetensors")}
    assert brought == {file for file in halves if file.endswith(".safetensors")}


async def test_where_it_came_from_is_kept_beside_it(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    await bring(server, folder)

    source = json.loads((folder / LOCAL / "source.json").read_text())
    assert source == {
        "repository": NAME,
        "revision": server.repositories[NAME].branches["main"],
        "licence": "openrail++",
        "files": {file: sha256(content).hexdigest() for file, content in files.items()},
    }


async def test_a_broken_connection_goes_on_where_it_broke(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.faults.break_after = [0, HALFWAY, 0, 1000]

    told = await bring(server, folder)

    assert find(LOCAL, folder)
    assert [start for file, start in server.starts if file == TEXT] == [
        0,
        0,
        HALFWAY,
        HALFWAY,
        HALFWAY + 1000,
    ]
    assert dict(server.served) == {file: len(content) for file, content in files.items()}
    assert sum(won for _, won in told) == sum(
        len(content) for file, content in files.items() if file != "model_index.json"
    )


async def test_what_broke_for_good_goes_on_at_the_next_start(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.faults.break_after = [HALFWAY, 0, 0, 0, 0]
    with pytest.raises(Misconfigured, match="what has come so far is kept"):
        await bring(server, folder)
    came = server.served.copy()
    assert names(folder) == [BUILT_IN]

    await bring(server, folder)

    assert find(LOCAL, folder)
    assert came[TEXT] == HALFWAY
    assert dict(server.served) == {file: len(content) for file, content in files.items()}


async def test_a_killed_download_is_no_model_and_the_next_process_continues_it(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.faults.break_after = [HALFWAY]
    program = (
        "import sys, os, signal\n"
        "from pathlib import Path\n"
        "from engine.gpu.hub.download import open_download\n"
        "from engine.gpu.hub.hub import Hub\n"
        "from engine.gpu.hub.repository import HubName\n"
        # It waits before it tries again: there it is killed.
        "hub = Hub(endpoint=sys.argv[1], wait=lambda _: os.kill(os.getpid(), signal.SIGKILL))\n"
        f"name = HubName(repository={NAME!r})\n"
        "with open_download(name, Path(sys.argv[2]), hub, free=lambda _: 10**12) as download:\n"
        "    download.fetch(hub, lambda *_: None)\n"
    )
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, server.address, str(folder)
    )
    assert await killed.wait() == -signal.SIGKILL
    assert names(folder) == [BUILT_IN]
    assert left_in(folder) == [f"{LOCAL}.part"]

    await bring(server, folder)

    assert find(LOCAL, folder)
    assert left_in(folder) == [LOCAL]
    first, second = [start for file, start in server.starts if file == TEXT]
    assert first < second <= HALFWAY
    # What was on its way to the disk when it was killed comes again; nothing else does.
    assert server.served.total() == sum(map(len, files.values())) + HALFWAY - second


async def test_a_hub_that_cannot_begin_in_the_middle_begins_anew(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.faults.break_after = [1000]
    server.faults.from_the_start = 1

    told = await bring(server, folder)

    assert find(LOCAL, folder)
    assert -1000 in [won for _, won in told]
    assert sum(won for _, won in told) == sum(map(len, files.values())) - len(
        files["model_index.json"]
    )


async def test_a_single_checkpoint_lies_beside_the_folders(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    seen: list[tuple[str, int]] = []
    server.repositories["somebody/single"] = Repository()
    server.repositories["somebody/single"].commit({"one.safetensors": files[UNET]})

    await bring(
        server,
        folder,
        "somebody/single",
        check=require_safetensors,
        judge=lambda file, header: seen.append((file.name, len(header.tensors))),
    )

    assert [name for name, count in seen if count] == ["one.safetensors"]
    assert left_in(folder) == [
        "somebody--single.safetensors",
        "somebody--single.source.json",
    ]
    assert (folder / "somebody--single.safetensors").read_bytes() == files[UNET]


async def test_a_download_stays_at_its_revision_though_the_branch_moves(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    repository = server.repositories[NAME]
    first = repository.branches["main"]
    server.faults.break_after = [1000, 0, 0, 0, 0]
    with pytest.raises(Misconfigured):
        await bring(server, folder)
    second = repository.commit({**files, UNET: A_PICKLE})

    await bring(server, folder)

    source = json.loads((folder / LOCAL / "source.json").read_text())
    assert source["revision"] == first != second
    assert (folder / LOCAL / UNET).read_bytes() == files[UNET]


async def test_it_is_known_that_the_branch_moved(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    before = await opened(server, folder, lambda download: (download.resumed, download.moved))
    server.repositories[NAME].commit({**files, "README.md": b"new"})

    after = await opened(server, folder, lambda download: (download.resumed, download.moved))

    assert (before, after) == ((False, False), (True, True))


async def test_a_revision_that_was_taken_away_is_begun_anew(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    repository = server.repositories[NAME]
    server.faults.break_after = [1000, 0, 0, 0, 0]
    with pytest.raises(Misconfigured):
        await bring(server, folder)
    repository.commits.clear()
    other = files[SCHEDULER].replace(b"0.012", b"0.02")
    newest = repository.commit({**files, SCHEDULER: other})

    await bring(server, folder)

    assert json.loads((folder / LOCAL / "source.json").read_text())["revision"] == newest
    assert (folder / LOCAL / SCHEDULER).read_bytes() == other != files[SCHEDULER]


async def test_a_revision_lies_under_a_name_of_its_own(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.repositories[NAME].commit(files, branch="refs/pr/1")

    await bring(server, folder, f"{NAME}@refs/pr/1")

    assert find(f"{LOCAL}@refs--pr--1", folder)


async def test_another_piece_than_was_asked_for_is_not_taken(
    server: HubServer, folder: Path
) -> None:
    server.faults.break_after = [HALFWAY]
    server.faults.other_piece = 1

    told = await bring(server, folder)

    assert find(LOCAL, folder)
    assert all(won > 0 for _, won in told)


async def test_what_an_earlier_choice_left_behind_does_not_come_along(
    server: HubServer, folder: Path
) -> None:
    def leave_something(download: Download) -> None:
        (download.part.model / "old.bin").write_bytes(b"old")

    await opened(server, folder, leave_something)

    await bring(server, folder)

    assert not (folder / LOCAL / "old.bin").exists()
