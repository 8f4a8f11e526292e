"""Finding an add-on by its name."""

import pytest

from engine.addon import Addon, Kind, Refused, Shelf
from engine.card import ModelCard
from engine.errors import InvalidRequest

CARD = ModelCard(
    name="photo",
    family="sd",
    digest="0",
    width=512,
    height=512,
    largest=1024,
    steps=20,
    guidance=7.0,
    sampler="Euler",
    architecture="SD 1.x",
)


def lora(name: str, architecture: str = "") -> Addon:
    return Addon(kind=Kind.LORA, name=name, digest=f"of {name}", architecture=architecture)


def refusal(shelf: Shelf, name: str) -> str:
    with pytest.raises(InvalidRequest) as caught:
        shelf.find(Kind.LORA, name, CARD)
    return str(caught.value)


def test_case_does_not_matter_in_a_name() -> None:
    neon = lora("Neon Größe v1.5")

    assert Shelf(addons=[neon]).find(Kind.LORA, "neon größe V1.5", CARD) is neon


def test_what_is_made_for_another_kind_of_model_is_refused_with_both_kinds() -> None:
    shelf = Shelf(addons=[lora("neon", "SDXL")])

    assert "“neon” is made for SDXL, and photo is SD 1.x" in refusal(shelf, "neon")


def test_what_tells_no_kind_fits_any() -> None:
    neon = lora("neon")

    assert Shelf(addons=[neon]).find(Kind.LORA, "neon", CARD) is neon


def test_a_wrong_name_leads_to_the_nearest_that_fits() -> None:
    shelf = Shelf(addons=[lora("neon light", "SD 1.x"), lora("neon lights", "SDXL")])

    told = refusal(shelf, "neon lite")

    assert "Did you mean neon light?" in told


def test_where_none_fits_the_folder_is_named() -> None:
    assert "folder loras" in refusal(Shelf(addons=[lora("neon", "SDXL")]), "ink")


@pytest.mark.parametrize("name", ["../neon", "loras/neon", "neon.safetensors", "/etc/passwd", "."])
def test_a_path_is_no_name(name: str) -> None:
    assert f"no LoRA “{name}”" in refusal(Shelf(addons=[lora("neon")]), name)


def test_an_embedding_is_no_lora_of_its_name() -> None:
    other = Addon(kind=Kind.EMBEDDING, name="neon", digest="1")

    assert "no LoRA “neon”" in refusal(Shelf(addons=[other]), "neon")


def test_one_that_cannot_be_used_is_answered_with_the_reason() -> None:
    pick = Refused(kind=Kind.LORA, name="Pick", why="pick.ckpt is a pickle. Get another.")
    shelf = Shelf(addons=[lora("neon")], refused=[pick])

    assert refusal(shelf, "pick") == (
        "The LoRA “Pick” cannot be used: pick.ckpt is a pickle. Get another."
    )
    assert "no LoRA “ink”" in refusal(shelf, "ink")


def test_a_good_file_goes_before_a_bad_one_of_its_name() -> None:
    neon = lora("neon")
    shelf = Shelf(addons=[neon], refused=[Refused(kind=Kind.LORA, name="neon", why="Bad.")])

    assert shelf.find(Kind.LORA, "neon", CARD) is neon
