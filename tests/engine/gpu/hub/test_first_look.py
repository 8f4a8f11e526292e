"""What is no model is refused by its header, before any of its weights come."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from engine.errors import BadModel, Misconfigured
from engine.gpu.models.catalog import find
from tests.hub_server.app import HubServer
from tests.hub_server.shelf import Repository
from tests.hub_server.visit import LOCAL, NAME, bring, left_in

A_LORA = "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight"
UNET = "unet/diffusion_pytorch_model.safetensors"
# Of the large files this one comes first.
TEXT = "text_encoder/model.safetensors"


def offer(server: HubServer, content: bytes, name: str = "somebody/single") -> str:
    server.repositories[name] = Repository()
    server.repositories[name].commit({"one.safetensors": content})
    return name


async def test_a_lora_is_not_downloaded_and_nothing_is_left(
    server: HubServer, folder: Path
) -> None:
    name = offer(server, save({A_LORA: torch.zeros(1000, 1000)}))

    with pytest.raises(BadModel, match=r"one\.safetensors is a LoRA.*Its place is .* loras"):
        await bring(server, folder, name)

    assert server.looks == ["one.safetensors"]
    assert server.served.total() == 0
    assert left_in(folder) == []


async def test_a_hub_that_always_sends_all_is_not_listened_to_for_long(
    server: HubServer, folder: Path
) -> None:
    server.faults.always_all = True
    name = offer(server, save({A_LORA: torch.zeros(1000, 1000)}))

    with pytest.raises(BadModel, match="is a LoRA"):
        await bring(server, folder, name)

    assert server.served.total() == 0


async def test_what_is_right_comes_from_such_a_hub_too(server: HubServer, folder: Path) -> None:
    server.faults.always_all = True

    await bring(server, folder)

    assert find(LOCAL, folder)


async def test_a_header_longer_than_a_look_is_asked_for_whole(
    server: HubServer, folder: Path
) -> None:
    names = {f"{A_LORA}.{number}": torch.zeros(1) for number in range(3000)}
    name = offer(server, save(names))

    with pytest.raises(BadModel, match="is a LoRA"):
        await bring(server, folder, name)

    assert server.looks == ["one.safetensors"] * 2


@pytest.mark.parametrize("content", [b"", b"12345678", b"\xff" * 7 + b"\0" + b"{}"])
async def test_what_is_damaged_on_the_hub_is_not_downloaded(
    server: HubServer, folder: Path, content: bytes
) -> None:
    name = offer(server, content)

    with pytest.raises(BadModel, match=rf"one\.safetensors of {name} is damaged: .*another"):
        await bring(server, folder, name)

    assert left_in(folder) == []


async def test_of_a_model_in_parts_every_part_is_looked_at(
    server: HubServer, folder: Path, files: dict[str, bytes]
) -> None:
    server.repositories[NAME].commit({**files, UNET: files[UNET][:-1]})

    with pytest.raises(BadModel, match=f"{UNET} of {NAME} is damaged"):
        await bring(server, folder)

    assert server.served[TEXT] == 0


async def test_a_download_that_was_begun_goes_when_it_is_refused(
    server: HubServer, folder: Path
) -> None:
    name = offer(server, save({A_LORA: torch.zeros(1000, 1000)}))
    server.faults.break_after = [1000, 0, 0, 0, 0]
    with pytest.raises(Misconfigured, match="what has come so far is kept"):
        await bring(server, folder, name, judge=lambda *_: None)
    assert left_in(folder) == ["somebody--single.part"]

    with pytest.raises(BadModel, match="is a LoRA"):
        await bring(server, folder, name)

    assert left_in(folder) == []
