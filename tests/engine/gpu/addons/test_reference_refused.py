"""IP-Adapters and references that cannot be used are refused in sentences."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.files import adapter, save_adapter
from tests.engine.gpu.addons.looks import SOURCES, Led, both_in, changed, led, paint
from tests.engine.gpu.together import CARD, paint_together


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Led]:
    return both_in(tmp_path_factory.mktemp("data"))


@pytest.fixture
def sd(both: Mapping[str, Led]) -> Led:
    return both["sd"]


def test_a_face_id_is_refused(sd: Led) -> None:
    made = adapter(sd.specimen.pipe.unet, 14)
    made["ip_adapter"]["0.to_q_lora.down.weight"] = torch.zeros(2, 2)
    save_adapter(made, sd.shelves.root, "face")

    (sitting,) = paint(sd.family, sd.recipe("face"))

    assert "“face” is a FaceID" in str(sitting.outcome)


def test_one_for_another_kind_of_model_is_refused_and_leaves_no_trace(
    both: Mapping[str, Led],
) -> None:
    sd = both["sd"]
    save_adapter(adapter(both["sdxl"].specimen.pipe.unet, 15), sd.shelves.root, "large")
    (plain,) = paint(sd.family, sd.recipe())

    (sitting,) = paint(sd.family, sd.recipe("large"))
    (after,) = paint(sd.family, sd.recipe())

    assert "“large” cannot be used" in str(sitting.outcome)
    assert "another kind of model" in str(sitting.outcome)
    assert torch.equal(after.latents, plain.latents)


def test_one_that_fails_behind_one_that_does_not_leaves_no_trace(tmp_path: Path) -> None:
    fresh = led(StableDiffusion, "sd", tmp_path)
    made = adapter(fresh.specimen.pipe.unet, 18)
    del made["ip_adapter"]["1.to_k_ip.weight"]
    save_adapter(made, tmp_path, "broken")
    (plain,) = paint(fresh.family, fresh.recipe())

    (sitting,) = paint(fresh.family, fresh.recipe("second", "broken"))
    (after,) = paint(fresh.family, fresh.recipe())

    assert "“broken” cannot be used" in str(sitting.outcome)
    assert torch.equal(after.latents, plain.latents)


def test_one_without_its_tensors_is_refused(sd: Led) -> None:
    made = adapter(sd.specimen.pipe.unet, 16)
    save_adapter({"image_proj": made["image_proj"], "ip_adapter": {}}, sd.shelves.root, "empty")

    (sitting,) = paint(sd.family, sd.recipe("empty"))

    assert "“empty” cannot be used" in str(sitting.outcome)


def test_without_an_encoder_that_fits_it_says_where_to_put_one(sd: Led) -> None:
    made = adapter(sd.specimen.pipe.unet, 17)
    made["image_proj"]["proj.weight"] = torch.zeros(4 * 32, 99)
    save_adapter(made, sd.shelves.root, "wide")

    (sitting,) = paint(sd.family, sd.recipe("wide"))

    assert "needs an image encoder 99 wide" in str(sitting.outcome)
    assert "in the folder ip-adapters" in str(sitting.outcome)


def test_a_damaged_encoder_is_told(tmp_path: Path) -> None:
    fresh = led(StableDiffusion, "sd", tmp_path)
    (tmp_path / Kind.IP_ADAPTER / "eye" / "model.safetensors").write_bytes(b"damaged")

    (sitting,) = paint(fresh.family, fresh.recipe("usual"))

    assert "“eye” cannot be used" in str(sitting.outcome)


def test_what_is_no_picture_fails_its_tile_only(sd: Led) -> None:
    bad = changed(sd.recipe("usual"), {"image": "bad"})

    failed, painted = paint_together(
        sd.family, [bad, sd.recipe("usual")], sources={**SOURCES, "bad": b"no picture"}
    )

    assert "cannot read that picture" in str(failed.outcome)
    assert painted.painted


def test_other_families_say_that_they_cannot(sd: Led) -> None:
    with torch.inference_mode():
        other = Flux(tiny.flux(), CARD)

    (sitting,) = paint(other, sd.recipe("usual", model=CARD.name))

    assert isinstance(sitting.outcome, PaintingFailed)
    assert str(sitting.outcome).startswith("tiny cannot be led by IP-Adapters. Take a model of SD")
