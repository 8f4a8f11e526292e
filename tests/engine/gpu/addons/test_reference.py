"""IP-Adapters: tiles take over looks as the stock pipelines do, and leave no trace."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.addon import Kind
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sdxl import StableDiffusionXL
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.looks import Led, both_in, changed, led, paint
from tests.engine.gpu.addons.shelf import Shelving, kohya
from tests.engine.gpu.shortcuts.stale import Stale
from tests.engine.gpu.together import far_from

NAMES = ["sd", "sdxl"]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Led]:
    return both_in(tmp_path_factory.mktemp("data"))


@pytest.fixture
def sd(both: Mapping[str, Led]) -> Led:
    return both["sd"]


@pytest.mark.parametrize("guidance", [5.0, 1.0])
@pytest.mark.parametrize("adapters", [("usual",), ("plus",), ("usual", "second", "usual")])
@pytest.mark.parametrize("name", NAMES)
def test_a_tile_alone_equals_the_stock_pipeline(
    both: Mapping[str, Led], name: str, adapters: tuple[str, ...], guidance: float
) -> None:
    asked = both[name].recipe(*adapters, guidance=guidance)
    changes: list[dict[str, Any]] = [
        {"weight": 0.8},
        {"weight": 0.3, "image": "other"},
        {"image": "other"},
    ]
    asked = changed(asked, *changes[: len(adapters)])

    (sitting,) = paint(both[name].family, asked)

    assert torch.equal(sitting.latents, both[name].stock(asked))


@pytest.mark.parametrize("name", NAMES)
def test_painting_over_an_image_equals_the_stock_pipeline(
    both: Mapping[str, Led], name: str
) -> None:
    asked = both[name].recipe("usual", image="source", strength=0.6)

    (sitting,) = paint(both[name].family, asked)

    assert torch.equal(sitting.latents, both[name].stock(asked))


def test_the_picture_is_looked_at(sd: Led) -> None:
    asked = sd.recipe("usual")
    recipes = [sd.recipe(), asked, changed(asked, {"image": "other"}), sd.recipe("second")]

    plain, look, other, second = paint(sd.family, *recipes)

    assert min(far_from(plain, each) for each in (look, other, second)) > 0.01
    assert min(far_from(look, other), far_from(look, second)) > 0.01


@pytest.mark.parametrize("name", NAMES)
def test_a_network_that_wore_one_paints_as_if_it_never_had(
    both: Mapping[str, Led], name: str, tmp_path: Path
) -> None:
    fresh = led({"sd": StableDiffusion, "sdxl": StableDiffusionXL}[name], name, tmp_path)
    asked = fresh.recipe(prompt="a fox")
    network = fresh.specimen.pipe.unet
    before, description = paint(fresh.family, asked)[0].latents, dict(network.config)
    tensors, processors = list(network.state_dict()), dict(network.attn_processors)

    paint(fresh.family, fresh.recipe("usual"), fresh.recipe("plus"))
    (after,) = paint(fresh.family, asked)

    assert torch.equal(after.latents, before)
    assert dict(network.config) == description
    assert network.config.encoder_hid_dim_type is None
    assert network.encoder_hid_proj is None
    assert list(network.state_dict()) == tensors
    assert network.attn_processors == processors
    assert fresh.specimen.pipe.feature_extractor is None
    assert fresh.specimen.pipe.image_encoder is None


@pytest.mark.parametrize("name", NAMES)
def test_company_changes_a_tile_by_rounding_only(both: Mapping[str, Led], name: str) -> None:
    family, asked = both[name].family, both[name].recipe("usual")
    recipes = [
        asked,
        changed(replace(asked, seed=2, guidance=1.0), {"image": "other"}),
        changed(replace(asked, seed=3), {"weight": 0.2}),
        both[name].recipe("second", "plus", seed=4),
        both[name].recipe(seed=5),
        changed(replace(asked, seed=6, steps=7), {"weight": 0.0}),
    ]
    alone = [paint(family, one)[0] for one in recipes]

    together = paint(family, *recipes, turns_between=1)

    assert max(map(far_from, together, alone)) < 1e-4


def test_an_exact_tile_knows_no_company(sd: Led) -> None:
    asked = sd.recipe("usual", exact=True)
    others = [sd.recipe("usual", seed=9, exact=True), sd.recipe("usual", seed=8), sd.recipe()]
    (alone,) = paint(sd.family, asked)

    for turns_between in (0, 1):
        first, *_ = paint(sd.family, asked, *others, turns_between=turns_between)

        assert torch.equal(first.latents, alone.latents)


def test_tiles_share_forwards_whatever_their_pictures(sd: Led) -> None:
    asked, widths = sd.recipe("usual"), []
    recipes = [
        asked,
        changed(replace(asked, seed=1), {"image": "other"}),
        replace(asked, seed=2, guidance=1.0),
    ]
    handle = sd.family.network.register_forward_hook(lambda *call: widths.append(len(call[-1][0])))

    try:
        paint(sd.family, *recipes)
    finally:
        handle.remove()

    assert widths == [5] * asked.steps


def test_without_weight_an_adapter_changes_nothing_and_is_not_even_loaded(sd: Led) -> None:
    silent = changed(sd.recipe("usual"), {"weight": 0.0, "digest": "gone"})

    sitting, plain = (paint(sd.family, one)[0] for one in (silent, sd.recipe()))

    assert torch.equal(sitting.latents, plain.latents)


def test_to_change_adapters_loads_none_twice(sd: Led) -> None:
    asked, second = sd.recipe("usual"), sd.recipe("second", "usual")
    paint(sd.family, asked, second)
    calls: list[Any] = []
    sd.family.pipe.load_ip_adapter, loader = calls.append, sd.family.pipe.load_ip_adapter

    try:
        paint(sd.family, asked, second, sd.recipe())
    finally:
        sd.family.pipe.load_ip_adapter = loader

    assert calls == []


def test_one_image_encoder_serves_all_adapters_that_it_fits(tmp_path: Path) -> None:
    fresh = led(StableDiffusion, "sd", tmp_path)
    paint(fresh.family, fresh.recipe("usual"))

    (tmp_path / Kind.IP_ADAPTER / "eye" / "model.safetensors").unlink()
    (sitting,) = paint(fresh.family, fresh.recipe("second", "plus"))

    assert sitting.painted


def test_an_adapter_and_a_lora_together_equal_the_stock_pipeline(sd: Led) -> None:
    shelving = Shelving(sd.shelves.root)
    lora = shelving.lora("ink", kohya(tiny.pipeline()), 0.7)
    asked = sd.recipe("usual", loras=(lora,))
    (plain,) = paint(sd.family, sd.recipe("usual"))

    (sitting,) = paint(sd.family, asked)
    (after,) = paint(sd.family, sd.recipe("usual"))

    assert torch.equal(sitting.latents, sd.stock(asked))
    assert far_from(sitting, plain) > 0.01
    assert torch.equal(after.latents, plain.latents)


@pytest.mark.parametrize("name", NAMES)
def test_where_guidance_has_ended_one_row_looks_at_the_picture(
    both: Mapping[str, Led], name: str
) -> None:
    led = both[name]
    asked = led.recipe("plus", guidance_end=0.4)
    without = replace(asked, references=())
    guided = replace(asked, guidance_end=1.0)

    alone, other, whole = (paint(led.family, each)[0] for each in (asked, without, guided))
    mixed, _ = paint(led.family, asked, replace(asked, seed=2, guidance_end=1.0))

    assert far_from(mixed, alone) < 1e-4
    assert far_from(alone, other) > 1e-3
    assert far_from(alone, whole) > 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_steps_that_are_not_whole_look_at_the_picture_as_far_as_they_go(
    both: Mapping[str, Led], name: str
) -> None:
    led = both[name]
    asked = led.recipe("plus", cache=2)

    (sitting,) = paint(led.family, asked)

    with Stale(led.family.network, "W.WWW").used():
        (expected,) = paint(led.family, replace(asked, cache=1))
    assert torch.equal(sitting.latents, expected.latents)
