"""Every family paints its pictures twice, larger the second time."""

from collections.abc import Mapping

import pytest
import torch
from PIL import Image

from tests.engine.gpu.families.specimen import Specimen
from tests.engine.gpu.together import far_from, paint_together
from tests.engine.gpu.twice import FILES, UPSCALERS, once, paint, twice

NAMES = ["sd", "sdxl", "sd3", "flux"]


@pytest.mark.parametrize("redraw", [0.5, 0.6])
@pytest.mark.parametrize("name", NAMES)
def test_the_second_pass_is_what_the_stock_pipeline_paints(
    specimens: Mapping[str, Specimen], name: str, redraw: float
) -> None:
    asked = twice(specimens[name].recipe(), redraw=redraw, upscale=1.5)
    first = specimens[name].paint(once(asked))

    sitting = paint(specimens[name].family, asked)

    second = specimens[name].recipe(width=96, height=96, image="source", strength=redraw)
    larger = first.resize((96, 96), Image.Resampling.LANCZOS)
    assert torch.equal(sitting.latents, specimens[name].latents(second, image=larger))


@pytest.mark.parametrize("upscaler", UPSCALERS)
@pytest.mark.parametrize("name", NAMES)
def test_in_company_it_is_the_same_but_for_rounding(
    specimens: Mapping[str, Specimen], name: str, upscaler: str
) -> None:
    family, usual = specimens[name].family, specimens[name].recipe()
    asked = twice(usual, upscaler)
    other = twice(specimens[name].recipe(seed=8, image="source", mask="mask"), upscaler)
    alone = paint(family, asked)

    sitting, *others = paint_together(family, [asked, other, usual], sources=FILES)

    assert sitting.painted.image.size == (128, 128)
    assert far_from(sitting, alone) < 1e-2
    assert all(each.painted for each in others)


@pytest.mark.parametrize("redraw", [0.3, 0.5, 0.6])
@pytest.mark.parametrize("name", NAMES)
def test_steps_go_up_to_the_last_and_never_down(
    specimens: Mapping[str, Specimen], name: str, redraw: float
) -> None:
    asked = twice(specimens[name].recipe(), redraw=redraw, upscale=1.5)

    steps = [step for step, _ in paint(specimens[name].family, asked).told]

    assert steps == sorted(steps)
    # Flow models may paint a step more of the second pass than is counted, and tell one twice.
    assert list(dict.fromkeys(steps)) == list(range(1, asked.told_steps + 1))
