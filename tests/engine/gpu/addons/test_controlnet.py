"""ControlNets are read from folders and from single files, and refused in sentences."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.gpu.addons.controlnet import load_controlnet
from engine.gpu.addons.shelves import Shelves
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.files import controlnet, save_controlnet
from tests.engine.gpu.models.original import unet_weights

CPU = torch.device("cpu")
HINT = {"conv_in": "0", "conv_out": "14", **{f"blocks.{n}": str(2 * n + 2) for n in range(6)}}


@pytest.fixture(scope="module")
def unet() -> Any:
    return tiny.pipeline().unet


@pytest.fixture(scope="module")
def taught(unet: Any) -> Any:
    return controlnet(unet, 5)


def load(entry: Path, unet: Any) -> Any:
    return load_controlnet(entry, dict(unet.config), CPU, torch.float32).network


def published(net: Any, unet: Any) -> dict[str, torch.Tensor]:
    """Its tensors by the names that those who taught the first ones gave them."""
    trunk, named = {}, {}
    for name, tensor in net.state_dict().items():
        part, _, rest = name.partition(".")
        match part:
            case "controlnet_cond_embedding":
                layer, _, kind = rest.rpartition(".")
                named[f"input_hint_block.{HINT[layer]}.{kind}"] = tensor
            case "controlnet_down_blocks":
                number, _, kind = rest.partition(".")
                named[f"zero_convs.{number}.0.{kind}"] = tensor
            case "controlnet_mid_block":
                named[f"middle_block_out.0.{rest}"] = tensor
            case _:
                trunk[name] = tensor
    config = SimpleNamespace(**{**unet.config, **net.config})
    half = SimpleNamespace(config=config, state_dict=lambda: trunk)
    named |= unet_weights(half)
    return {f"control_model.{name}": tensor for name, tensor in named.items()}


def same(one: Any, other: Any) -> bool:
    mine, theirs = one.state_dict(), other.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[n], theirs[n]) for n in mine)


def test_a_folder_is_read(taught: Any, unet: Any, tmp_path: Path) -> None:
    taught.save_pretrained(tmp_path / "edges")

    assert same(load(tmp_path / "edges", unet), taught)


def test_a_folder_with_half_precision_files_only_is_read(
    taught: Any, unet: Any, tmp_path: Path
) -> None:
    taught.save_pretrained(tmp_path / "edges", variant="fp16")

    assert same(load(tmp_path / "edges", unet), taught)


@pytest.mark.parametrize("layout", ["diffusers", "published"])
@pytest.mark.parametrize("family", [tiny.pipeline, tiny.sdxl])
def test_a_single_file_is_read_without_a_description(
    family: Any, layout: str, tmp_path: Path
) -> None:
    unet = family().unet
    net = controlnet(unet, 5)
    tensors = net.state_dict() if layout == "diffusers" else published(net, unet)
    save_file(tensors, tmp_path / "edges.safetensors")

    assert same(load(tmp_path / "edges.safetensors", unet), net)


def test_a_file_that_lacks_a_tensor_is_refused(taught: Any, unet: Any, tmp_path: Path) -> None:
    tensors = taught.state_dict()
    del tensors["mid_block.resnets.0.conv1.weight"]
    save_file(tensors, tmp_path / "edges.safetensors")

    with pytest.raises(
        PaintingFailed, match=r"“edges” cannot be used: it lacks mid_block.*get it again"
    ):
        load(tmp_path / "edges.safetensors", unet)


def test_a_folder_that_lacks_a_tensor_is_refused(taught: Any, unet: Any, tmp_path: Path) -> None:
    taught.save_pretrained(tmp_path / "edges")
    tensors = taught.state_dict()
    del tensors["mid_block.resnets.0.conv1.weight"]
    save_file(tensors, tmp_path / "edges" / "diffusion_pytorch_model.safetensors", {"format": "pt"})

    with pytest.raises(PaintingFailed, match=r"“edges” cannot be used: it lacks mid_block"):
        load(tmp_path / "edges", unet)


def test_one_for_another_kind_of_model_is_refused(taught: Any, unet: Any, tmp_path: Path) -> None:
    other = controlnet(tiny.sdxl().unet, 5)
    other.save_pretrained(tmp_path / "edges")
    save_file(other.state_dict(), tmp_path / "lines.safetensors")

    with pytest.raises(PaintingFailed, match="“edges” is made for another kind of model"):
        load(tmp_path / "edges", unet)
    with pytest.raises(PaintingFailed, match=r"“lines” cannot be used.*another kind of model"):
        load(tmp_path / "lines.safetensors", unet)


def test_one_of_another_class_is_refused_by_its_name(tmp_path: Path, unet: Any) -> None:
    folder = tmp_path / "union"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"_class_name": "ControlNetUnionModel"}))

    with pytest.raises(PaintingFailed, match="ControlNetUnionModel, which I cannot use"):
        load(folder, unet)


def test_a_damaged_description_is_refused(taught: Any, unet: Any, tmp_path: Path) -> None:
    taught.save_pretrained(tmp_path / "edges")
    (tmp_path / "edges" / "config.json").write_text("{")

    with pytest.raises(PaintingFailed, match="“edges” cannot be used"):
        load(tmp_path / "edges", unet)


def test_running_out_of_memory_is_told_to_who_can_do_something_about_it(
    unet: Any, taught: Any, tmp_path: Path
) -> None:
    taught.save_pretrained(tmp_path / "edges")

    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("out of memory")

    handle = torch.nn.modules.module.register_module_parameter_registration_hook(full)
    try:
        with pytest.raises(torch.OutOfMemoryError):
            load(tmp_path / "edges", unet)
    finally:
        handle.remove()


def test_only_one_that_was_taught_so_wants_words(unet: Any, tmp_path: Path) -> None:
    controlnet(unet, 5, global_pool_conditions=True).save_pretrained(tmp_path / "shuffle")

    loaded = load_controlnet(tmp_path / "shuffle", dict(unet.config), CPU, torch.float32)

    assert loaded.wants_words


@pytest.mark.parametrize(("width", "told"), [(768, "SD 1.x"), (1024, "SD 2.x"), (2048, "SDXL")])
def test_a_shelf_knows_what_they_are_made_for(width: int, told: str, tmp_path: Path) -> None:
    unet = tiny.unet(4, cross_attention_dim=width, attention_head_dim=4)
    net = controlnet(unet, 5)
    save_controlnet(net, tmp_path, "edges")
    save_file(net.state_dict(), tmp_path / Kind.CONTROLNET / "lines.safetensors")
    (tmp_path / Kind.IP_ADAPTER).mkdir()
    look = {"image_proj.x": torch.zeros(1), "ip_adapter.1.to_k_ip.weight": torch.zeros(8, width)}
    save_file(look, tmp_path / Kind.IP_ADAPTER / "look.safetensors")

    shelf = Shelves(tmp_path).look()

    assert {addon.name: addon.architecture for addon in shelf.addons} == {
        "edges": told,
        "lines": told,
        "look": told,
    }


@pytest.mark.parametrize(
    ("kind", "told"), [("SD3ControlNetModel", "SD3"), ("FluxControlNetModel", "FLUX")]
)
def test_a_shelf_knows_those_of_other_families(kind: str, told: str, tmp_path: Path) -> None:
    folder = tmp_path / Kind.CONTROLNET / "edges"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"_class_name": kind}))

    (addon,) = Shelves(tmp_path).look().addons

    assert addon.architecture == told
