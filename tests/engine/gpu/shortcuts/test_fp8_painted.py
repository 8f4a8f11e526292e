"""Pictures in eight bits: how far they move, and what is painted with the real weights."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sd3 import StableDiffusion3
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.gpu.models.catalog import find
from engine.gpu.models.loading import load
from engine.gpu.notes import SHORTENED
from engine.gpu.switches.thrown import Thrown
from engine.ladder import OFFLOADS
from engine.shortcut import Shortcut
from engine.switch import Switch
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import Shelving, kohya, wearing
from tests.engine.gpu.switches.recording import Later
from tests.engine.gpu.together import (
    CARD,
    CPU,
    begun,
    far_from,
    paint_together,
    recipe,
    with_previews,
)

FP8 = frozenset({Shortcut.FP8})
KINDS: Mapping[str, tuple[Any, type[Family]]] = {
    "sd": (tiny.pipeline, StableDiffusion),
    "sdxl": (tiny.sdxl, StableDiffusionXL),
    "sd3": (tiny.sd3, StableDiffusion3),
    "flux": (tiny.flux, Flux),
}


@pytest.fixture
def shelving(tmp_path: Path) -> Shelving:
    return Shelving(tmp_path)


def without_shortcut() -> Family:
    with torch.inference_mode():
        return with_previews(StableDiffusion(tiny.pipeline(), CARD))


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_moves_a_little_and_says_so(name: str) -> None:
    made, kind = KINDS[name]
    card = replace(CARD, multiple=16)
    with torch.inference_mode():
        plain, quick = kind(made(), card), kind(made(), card)
        quick.shorten(FP8)

    asked = recipe(negative="")
    (exact,) = paint_together(plain, [asked])
    (moved,) = paint_together(quick, [asked])

    assert 0 < far_from(moved, exact) < 0.5
    assert exact.painted.notes == ()
    assert moved.painted.notes == (SHORTENED,)


def test_company_changes_a_tile_by_roundings_only() -> None:
    quick = without_shortcut()
    quick.shorten(FP8)
    recipes = [recipe(seed=1), recipe(seed=2, guidance=1.0), recipe(seed=3, exact=True)]
    alone = [paint_together(quick, [each])[0] for each in recipes]

    mixed = paint_together(quick, recipes)

    # A number that moved by rounding may fall to the other side of a step of eight bits.
    assert max(map(far_from, mixed, alone)) < 0.02
    assert torch.equal(mixed[2].latents, alone[2].latents)


def test_what_wears_a_lora_is_painted_with_the_real_weights(shelving: Shelving) -> None:
    def painter() -> Family:
        with torch.inference_mode():
            return StableDiffusion(tiny.pipeline(), CARD, shelving.shelves)

    plain, quick = painter(), painter()
    quick.shorten(FP8)
    asked = wearing(shelving.lora("ink", kohya(plain.pipe)))

    (before,) = paint_together(quick, [recipe()])
    (worn,) = paint_together(quick, [asked])
    (after,) = paint_together(quick, [recipe()])

    (stock,) = paint_together(plain, [asked])
    assert torch.equal(worn.latents, stock.latents)
    assert worn.painted.notes == ()
    assert torch.equal(after.latents, before.latents)
    assert after.painted.notes == (SHORTENED,)


def test_both_take_turns_without_mixing(shelving: Shelving) -> None:
    with torch.inference_mode():
        quick = StableDiffusion(tiny.pipeline(), CARD, shelving.shelves)
    quick.shorten(FP8)
    worn = wearing(shelving.lora("ink", kohya(quick.pipe)))
    alone = [paint_together(quick, [each])[0] for each in (recipe(), worn)]

    mixed = paint_together(quick, [recipe(), worn])

    for sitting, other in zip(mixed, alone, strict=True):
        assert torch.equal(sitting.latents, other.latents)


def test_a_model_is_loaded_with_the_shortcut_on_whatever_rung(models_dir: Path) -> None:
    model = find("tiny", models_dir)
    asked = recipe(digest=model.card.digest)

    whole = load(model, CPU, shortcuts=FP8)
    apart = load(model, CPU, rungs=OFFLOADS["layers"], shortcuts=FP8)

    sittings = [paint_together(family, [asked])[0] for family in (whole, apart)]
    assert all(sitting.painted.notes == (SHORTENED,) for sitting in sittings)
    assert torch.equal(sittings[0].latents, sittings[1].latents)


def test_products_in_eight_bits_are_not_made_one_again() -> None:
    quick = without_shortcut()
    quick.shorten(FP8)

    Thrown(switches=frozenset({Switch.QKV})).over(quick)

    assert quick.fusion is None
    assert not any(name.endswith("to_qkv") for name, _ in quick.network.named_modules())


@torch.inference_mode()
def test_a_network_in_eight_bits_may_be_compiled_though_it_rounds_by_more() -> None:
    quick, background = without_shortcut(), Later()
    quick.shorten(FP8)
    rows = quick.rows(begun(quick, recipe(), {}))

    def compiled_a_little_otherwise(network: Any, **_: Any) -> Any:
        return lambda *asked, **told: tuple(each * 1.05 for each in network(*asked, **told))

    switches = frozenset({Switch.COMPILE})
    made = Thrown(switches=switches, background=background, compiled=compiled_a_little_otherwise)
    made.over(quick)
    quick.prepare(rows, compiles=True)
    background.work()

    assert quick.tracks is not None
    assert quick.tracks.answer(rows) is not None
