"""Tiles with a cache beside others, where memory is short, and where forwards are made ready."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.gpu.phase import Phase
from engine.gpu.switches.tracks import OFTEN, Compile, Tracks
from engine.ladder import Rung
from tests.engine.gpu import tiny
from tests.engine.gpu.families.specimen import MAKERS, Specimen
from tests.engine.gpu.shortcuts.depth import SHALLOW, WHOLE, steps_of
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import (
    CPU,
    Sitting,
    begun,
    company_of,
    family_of,
    far_from,
    finish,
    paint_together,
    recipe,
)

NAMES = ("sd", "sdxl", "sd3", "flux")


def test_tiles_in_other_phases_have_forwards_of_their_own(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    recipes = [specimen.recipe(), specimen.recipe(cache=3, seed=2)]

    with steps_of(specimen.family) as steps:
        paint_together(specimen.family, recipes)

    # Where nothing is kept any more, whole steps are whole steps.
    assert sorted(steps) == [(SHALLOW, 2)] * 2 + [(WHOLE, 2)] * 4 + [(WHOLE, 4)] * 2


def test_tiles_in_the_same_phase_share_forwards(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=2, steps=6)
    recipes = [asked, replace(asked, seed=2, sampler="UniPC")]

    with steps_of(specimen.family) as steps:
        paint_together(specimen.family, recipes)

    assert steps == [(WHOLE, 4), (SHALLOW, 4), (WHOLE, 4), (SHALLOW, 4), (WHOLE, 4), (WHOLE, 4)]


@pytest.mark.parametrize("name", NAMES)
def test_company_changes_a_tile_by_rounding_only(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    recipes = [
        specimen.recipe(cache=3),
        specimen.recipe(cache=2, seed=2, steps=7),
        specimen.recipe(seed=3),
        specimen.recipe(cache=3, seed=4, guidance=1.0),
    ]
    alone = [paint_together(specimen.family, [each])[0] for each in recipes]

    mixed = paint_together(specimen.family, recipes, turns_between=1)

    assert max(map(far_from, mixed, alone)) < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_an_exact_tile_knows_no_company(specimens: Mapping[str, Specimen], name: str) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(cache=3, exact=True, guidance=1.0)
    others = [specimen.recipe(cache=3, seed=2, exact=True), specimen.recipe(cache=2, seed=3)]
    (alone,) = paint_together(specimen.family, [asked])

    mixed, *_ = paint_together(specimen.family, [asked, *others])

    assert torch.equal(mixed.latents, alone.latents)


def test_nothing_is_kept_once_nobody_takes_it(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]
    company = company_of(specimen.family)
    sitting = Sitting(specimen.recipe(cache=2, steps=6))
    company.welcome(sitting.seat)
    painting = sitting.seat.painting
    assert painting is not None
    kept = []

    while company.busy:
        company.turn()
        kept.append(painting.deep is not None)

    assert kept == [True, False, True, False, False, False]


def test_what_is_kept_takes_no_more_room_than_where_it_was_made() -> None:
    family = family_of(tiny.pipeline().to(torch.bfloat16))
    company = company_of(family)
    sitting = Sitting(recipe(cache=2, steps=6))
    company.welcome(sitting.seat)
    painting = sitting.seat.painting

    company.turn()

    assert painting is not None
    assert painting.deep is not None
    assert painting.deep.dtype == torch.bfloat16
    assert painting.latents.dtype == torch.float32


@pytest.mark.parametrize("budget", [3, 1])
@pytest.mark.parametrize("name", NAMES)
def test_too_little_memory_makes_forwards_smaller_and_nothing_else(
    specimens: Mapping[str, Specimen], name: str, budget: int
) -> None:
    specimen, family = specimens[name], specimens[name].family
    recipes = [specimen.recipe(cache=3, seed=seed) for seed in (1, 2)]
    plenty = paint_together(family, recipes)
    network = family.network
    first = getattr(network, "conv_in", None) or network.norm_out

    def check(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > budget:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    handle = first.register_forward_pre_hook(check)
    try:
        scarce = paint_together(family, recipes)
    finally:
        handle.remove()

    assert max(map(far_from, scarce, plenty)) < 1e-4


def test_a_step_that_ran_out_of_memory_leaves_what_was_kept(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen, family = specimens["sd"], specimens["sd"].family
    asked = specimen.recipe(cache=2, exact=True)
    (plenty,) = paint_together(family, [asked])
    fails = iter([False, True, False, True])

    def check(_: Any, __: Any) -> None:
        if next(fails, False):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    handle = family.network.conv_out.register_forward_pre_hook(check)
    try:
        (scarce,) = paint_together(family, [asked])
    finally:
        handle.remove()

    assert next(fails, None) is None
    assert torch.equal(scarce.latents, plenty.latents)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_that_comes_to_the_card_piece_by_piece_paints_the_same(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    asked = specimens[name].recipe(cache=3, steps=7)
    (before,) = paint_together(specimens[name].family, [asked])
    own = MAKERS[name]().family
    company, sitting = company_of(own), Sitting(asked)
    company.welcome(sitting.seat)

    with steps_of(own) as steps:
        for rung in (Rung.GROUP, Rung.SEQUENTIAL):
            company.turn()
            own.relief.take(rung)
            company.turn()
            company.turn()
        finish(company)

    assert "".join(step for step, _ in steps) == "WWWWWWW"
    assert torch.equal(sitting.latents, before.latents)


@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_both_phases_are_recorded(name: str) -> None:
    specimen = MAKERS[name]()
    family, recorder = specimen.family, FakeRecorder()
    asked = specimen.recipe(cache=2, steps=3 * OFTEN)
    (plain,) = paint_together(family, [asked])
    family.tracks = Tracks(family.network, family.ask_of, CPU, recorder=recorder)

    (recorded,) = paint_together(family, [asked])

    assert recorder.recorded == 2
    assert recorder.played > 2
    assert len(family.tracks.made) == 2
    assert far_from(recorded, plain) < 1e-4


@torch.inference_mode()
def test_only_the_whole_is_compiled() -> None:
    specimen, background = MAKERS["sd"](), Later()
    family = specimen.family
    how = Compile(compiled=lambda: family.network, background=background)
    family.tracks = Tracks(family.network, family.ask_of, CPU, compile=how)
    rows = family.rows(begun(family, specimen.recipe(cache=2), {}))

    family.prepare(rows, compiles=True)
    keeping = len(background.asked)
    family.prepare(replace(rows, phase=Phase.WHOLE), compiles=True)

    assert (keeping, len(background.asked)) == (0, 1)
