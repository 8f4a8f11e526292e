"""What must not come onto the disk does not, and what is half here is no model."""

import asyncio
import json
from pathlib import Path

import pytest

from engine.errors import BadModel, Misconfigured, StorageFailed
from engine.gpu.hub.download import Download
from engine.gpu.models.catalog import BUILT_IN, find, names
from tests.hub_server.app import HubServer
from tests.hub_server.shelf import files_in
from tests.hub_server.visit import LOCAL, NAME, bring, hub_at, left_in, opened

UNET = "unet/diffusion_pytorch_model.safetensors"
# Of the large files this one comes first.
TEXT, HALFWAY = "text_encoder/model.safetensors", 50_000
A_PICKLE = b"\x80\x04K\x01."


async def test_wrong_bytes_are_fetched_once_more(server: HubServer, folder: Path) -> None:
    server.faults.wrong_bytes = 1

    await bring(server, folder)

    assert find(LOCAL, folder)


async def test_bytes_that_stay_wrong_are_refused(server: HubServer, folder: Path) -> None:
    server.faults.wrong_bytes = 2

    with pytest.raises(BadModel, match="other bytes than the hub promises"):
        await bring(server, folder)

    assert not any(".partial" in file for file in files_in(folder))
    assert names(folder) == [BUILT_IN]


async def test_a_wrong_length_is_refused(server: HubServer, folder: Path) -> None:
    server.faults.wrong_size = 10

    with pytest.raises(BadModel, match="not as long as the hub says"):
        await bring(server, folder)

    assert names(folder) == [BUILT_IN]


async def test_a_disk_that_is_too_small_is_said_before_the_download(
    server: HubServer, folder: Path
) -> None:
    with pytest.raises(StorageFailed, match=r"needs .* only 1\.0 MB.*EASEL_DATA_DIR"):
        await bring(server, folder, free=10**6)

    assert server.served[UNET] == 0


@pytest.mark.parametrize("path", ["../../x", "/x", "unet/../../../x.json", "x" * 300])
async def test_a_hostile_file_name_stops_everything(
    server: HubServer, folder: Path, files: dict[str, bytes], path: str
) -> None:
    server.repositories[NAME].commit({**files, path: b"{}"})

    with pytest.raises(BadModel, match="lists a file that I will not write"):
        await bring(server, folder)

    assert server.served.total() == 0


async def test_a_part_in_another_folder_is_not_followed(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    index = {**json.loads(files["model_index.json"]), "../../..": ["diffusers", "Evil"]}
    server.repositories[NAME].commit({**files, "model_index.json": json.dumps(index).encode()})

    await bring(server, folder)

    assert left_in(folder.parent) == ["models"]


async def test_a_repository_of_pickles_is_refused_by_its_names(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.repositories[NAME].commit(
        {file.replace(".safetensors", ".bin"): content for file, content in files.items()}
    )

    with pytest.raises(BadModel, match="only pickles"):
        await bring(server, folder)

    assert left_in(folder) == []


async def test_a_pickle_under_another_name_is_refused_by_its_content(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.repositories[NAME].commit({**files, UNET: A_PICKLE})

    with pytest.raises(BadModel, match="is a pickle"):
        await bring(server, folder)

    assert server.served[UNET] == server.served[TEXT] == 0
    assert left_in(folder) == []


async def test_what_does_not_pass_the_last_look_is_not_published(
    server: HubServer, folder: Path
) -> None:
    def refuse(_: Path) -> None:
        raise BadModel("No.")

    with pytest.raises(BadModel, match="No"):
        await bring(server, folder, check=refuse)

    assert left_in(folder) == []


async def test_what_is_there_is_not_brought_again(server: HubServer, folder: Path) -> None:
    await bring(server, folder)

    with pytest.raises(BadModel, match=f"There is a model {NAME} already. .*remove {NAME}`"):
        await bring(server, folder)


async def test_two_cannot_bring_the_same(server: HubServer, folder: Path) -> None:
    def begin_again(_: Download) -> None:
        asyncio.run(opened(server, folder, lambda _: None))

    with pytest.raises(Misconfigured, match="Another Easel is downloading"):
        await opened(server, folder, begin_again)


async def test_small_files_are_verified_by_gits_own_digest(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    repository, hub = server.repositories[NAME], hub_at(server)
    (revision,) = repository.commits

    def fetch_what_changed(download: Download) -> None:
        other = files["unet/config.json"].replace(b"4", b"8")
        repository.commits[revision] = {**files, "unet/config.json": other}
        download.fetch(hub, lambda *_: None)

    with pytest.raises(BadModel, match=r"unet/config\.json .* other bytes"):
        await opened(server, folder, fetch_what_changed)
