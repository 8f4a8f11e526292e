"""ControlNets: tiles follow pictures as the stock pipelines do, alone and in company."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import PaintingFailed
from engine.extra import Control
from engine.gpu.addons.control import weight_at
from engine.gpu.addons.preprocess import Preprocess
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sd3 import StableDiffusion3
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.notes import NOT_CACHED
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.files import controlnet, save_controlnet, save_depth_model
from tests.engine.gpu.models.lines import LINES, SOURCES, Led, changed, led, paint
from tests.engine.gpu.together import CARD, CPU, far_from, paint_together


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Led]:
    return {
        "sd": led(tiny.pipeline(), StableDiffusion, "sd", tmp_path_factory.mktemp("sd")),
        "sdxl": led(tiny.sdxl(), StableDiffusionXL, "sdxl", tmp_path_factory.mktemp("sdxl")),
    }


@pytest.fixture
def sd(both: Mapping[str, Led]) -> Led:
    return both["sd"]


NAMES = ["sd", "sdxl"]


@pytest.mark.parametrize("guidance", [5.0, 1.0])
@pytest.mark.parametrize("nets", [("edges",), ("edges", "depth")])
@pytest.mark.parametrize("name", NAMES)
def test_a_tile_alone_equals_the_stock_pipeline(
    both: Mapping[str, Led], name: str, nets: tuple[str, ...], guidance: float
) -> None:
    asked = both[name].recipe(*nets, guidance=guidance)
    changes: list[dict[str, Any]] = [
        {"weight": 0.7},
        {"weight": 1.3, "image": "other", "start": 0.2, "end": 0.75},
    ]
    asked = changed(asked, *changes[: len(nets)])

    (sitting,) = paint(both[name].family, asked)

    assert torch.equal(sitting.latents, both[name].stock(asked))


@pytest.mark.parametrize("more", [{}, {"mask": "mask"}])
@pytest.mark.parametrize("name", NAMES)
def test_painting_over_an_image_equals_the_stock_pipeline(
    both: Mapping[str, Led], name: str, more: dict[str, str]
) -> None:
    asked = both[name].recipe("edges", image="source", strength=0.8, sampler="Heun", **more)
    asked = changed(asked, {"start": 0.3, "end": 0.9})

    (sitting,) = paint(both[name].family, asked)

    assert torch.equal(sitting.latents, both[name].stock(asked))


def test_the_picture_is_followed(sd: Led) -> None:
    plain, lines = sd.recipe(), sd.recipe("edges")
    other = changed(lines, {"image": "other"})

    sittings = paint(sd.family, plain, lines, other)

    assert min(far_from(sittings[0], each) for each in sittings[1:]) > 0.01
    assert far_from(sittings[1], sittings[2]) > 0.01


@pytest.mark.parametrize("name", NAMES)
def test_company_changes_a_tile_by_rounding_only(both: Mapping[str, Led], name: str) -> None:
    family, asked = both[name].family, both[name].recipe("edges", "depth")
    recipes = [
        changed(asked, {"weight": 0.4}, {"end": 0.5}),
        changed(replace(asked, guidance=1.0, seed=2), {"image": "other"}, {"start": 0.4}),
        both[name].recipe("depth", seed=3),
        both[name].recipe(seed=4),
        changed(replace(asked, seed=5, steps=7), {"weight": 0.0}, {}),
    ]
    alone = [paint(family, one)[0] for one in recipes]

    together = paint(family, *recipes, turns_between=1)

    assert max(map(far_from, together, alone)) < 1e-4


def test_an_exact_tile_knows_no_company(sd: Led) -> None:
    asked = sd.recipe("edges", exact=True)
    others = [sd.recipe("edges", seed=9, exact=True), sd.recipe("edges", seed=8), sd.recipe()]
    (alone,) = paint(sd.family, asked)

    for turns_between in (0, 1):
        first, *_ = paint(sd.family, asked, *others, turns_between=turns_between)

        assert torch.equal(first.latents, alone.latents)


def test_tiles_with_the_same_nets_share_forwards_whatever_their_pictures(sd: Led) -> None:
    asked, widths = sd.recipe("edges"), []
    recipes = [
        asked,
        changed(replace(asked, seed=1), {"image": "other", "weight": 0.5}),
        changed(replace(asked, seed=2, guidance=1.0), {"start": 0.5}),
    ]
    handle = sd.family.network.register_forward_hook(lambda *call: widths.append(len(call[-1][0])))

    try:
        paint(sd.family, *recipes)
    finally:
        handle.remove()

    assert widths == [5] * asked.steps


def test_without_weight_a_net_changes_nothing_and_is_not_even_loaded(sd: Led) -> None:
    silent = changed(sd.recipe("edges"), {"weight": 0.0, "digest": "gone"})

    sitting, plain = (paint(sd.family, one)[0] for one in (silent, sd.recipe()))

    assert torch.equal(sitting.latents, plain.latents)


def test_outside_its_share_of_the_steps_a_net_is_not_asked(sd: Led) -> None:
    calls: list[int] = []
    asked = changed(sd.recipe("edges", steps=8), {"start": 0.25, "end": 0.5})
    handle = torch.nn.modules.module.register_module_forward_hook(
        lambda module, *_: (
            calls.append(1) if isinstance(module, tiny.diffusers.ControlNetModel) else None
        )
    )

    try:
        paint(sd.family, asked)
    finally:
        handle.remove()

    assert len(calls) == 2


@pytest.mark.parametrize("guidance", [5.0, 1.0])
def test_one_that_wants_words_equals_the_stock_pipeline_but_for_rounding(
    both: Mapping[str, Led], guidance: float
) -> None:
    sd = both["sd"]
    net = controlnet(sd.specimen.pipe.unet, 4, global_pool_conditions=True)
    save_controlnet(net, sd.root, "shuffle")
    asked = sd.recipe("shuffle", guidance=guidance)

    (sitting,) = paint(sd.family, asked)

    assert torch.allclose(sitting.latents, sd.stock(asked), rtol=1e-4, atol=1e-4)


def test_a_picture_of_another_size_is_fitted_as_a_source_is(sd: Led) -> None:
    wide = Image.open(BytesIO(LINES)).convert("RGB").resize((160, 64))
    file, asked = BytesIO(), sd.recipe("edges")
    wide.save(file, "PNG")
    middle = BytesIO()
    wide.crop((48, 0, 112, 64)).save(middle, "PNG")

    (fitted,) = paint_together(sd.family, [asked], sources={"lines": file.getvalue()})
    (cut,) = paint_together(sd.family, [asked], sources={"lines": middle.getvalue()})

    assert torch.equal(fitted.latents, cut.latents)


def test_what_is_no_picture_fails_its_tile_only(sd: Led) -> None:
    sources = {**SOURCES, "bad": b"no picture"}
    bad = changed(sd.recipe("edges"), {"image": "bad"})

    failed, painted = paint_together(sd.family, [bad, sd.recipe("edges")], sources=sources)

    assert str(failed.outcome) == "I cannot read that picture. Send it as PNG, JPEG or WebP."
    assert painted.painted


def test_what_a_preprocessor_makes_of_the_picture_is_followed(sd: Led) -> None:
    save_depth_model(sd.root)
    depth, made = Preprocess(sd.root, CPU)("depth", Image.open(BytesIO(LINES))), BytesIO()
    depth.save(made, "PNG")
    asked = changed(sd.recipe("edges"), {"preprocessor": "depth"})

    (sitting,) = paint(sd.family, asked)
    (given,) = paint_together(sd.family, [sd.recipe("edges")], sources={"lines": made.getvalue()})

    assert torch.equal(sitting.latents, given.latents)


def test_a_preprocessor_that_is_none_fails_its_tile_with_the_nearest(sd: Led) -> None:
    (sitting,) = paint(sd.family, changed(sd.recipe("edges"), {"preprocessor": "depht"}))

    assert str(sitting.outcome) == "I know no preprocessor “depht”. Did you mean depth?"


def test_a_net_that_is_gone_is_told(sd: Led) -> None:
    (sitting,) = paint(sd.family, changed(sd.recipe("edges"), {"digest": "gone"}))

    assert "The ControlNet “edges” of that recipe is gone or has changed" in str(sitting.outcome)


@pytest.mark.parametrize("family", [StableDiffusion3, Flux])
def test_other_families_say_that_they_cannot(family: Any, sd: Led) -> None:
    pipe = {StableDiffusion3: tiny.sd3, Flux: tiny.flux}[family]()
    with torch.inference_mode():
        other = family(pipe, CARD)

    (sitting,) = paint(other, sd.recipe("edges", model=CARD.name))

    assert isinstance(sitting.outcome, PaintingFailed)
    assert str(sitting.outcome).startswith("tiny cannot be led by ControlNets. Take a model of SD")


@pytest.mark.parametrize(
    ("passed", "heard"), [(0, 0.0), (1, 0.0), (2, 0.7), (4, 0.7), (5, 0.0), (9, 0.0)]
)
def test_a_net_is_heard_from_its_start_to_its_end(passed: int, heard: float) -> None:
    half = Control(name="edges", digest="0", image="lines", weight=0.7, start=0.2, end=0.5)

    assert weight_at(half, passed, 10) == heard


def test_where_guidance_has_ended_a_net_leads_the_one_row(sd: Led) -> None:
    asked = changed(sd.recipe("edges", guidance_end=0.4), {"weight": 0.7})

    (sitting,) = paint(sd.family, asked)

    def at_the_end(pipe: Any, step: int, time: Any, rows: dict[str, Any]) -> dict[str, Any]:
        if step != 1:
            return rows
        pipe._guidance_scale = 0.0
        return {name: both.chunk(2)[-1] for name, both in rows.items()}

    stock = sd.stock(
        asked,
        callback_on_step_end=at_the_end,
        callback_on_step_end_tensor_inputs=["prompt_embeds", "image"],
    )
    assert torch.equal(sitting.latents, stock)


def test_where_a_net_leads_each_step_is_whole_and_a_note_says_so(sd: Led) -> None:
    asked = sd.recipe("edges", cache=3)

    (sitting,) = paint(sd.family, asked)

    assert sitting.painted.notes == (NOT_CACHED,)
    assert torch.equal(sitting.latents, sd.stock(asked))
