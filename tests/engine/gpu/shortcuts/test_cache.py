"""A cache is the same for a seed and recipe as for diffusers' own pipelines that keep as long."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.gpu.family import Family
from engine.gpu.notes import CACHED, NOT_CACHED
from engine.gpu.phase import Phase
from engine.gpu.rows import Rows
from engine.gpu.shortcuts.cache import DEEP, apart
from engine.gpu.switches.tracks import OFTEN, Compile, Tracks
from engine.job import LATENT, Recipe
from engine.ladder import Rung
from engine.phrase import Phrase
from tests.engine.gpu.families.specimen import FILES, MAKERS, Specimen, every_specimen
from tests.engine.gpu.families.test_guidance_end import TOLD, ending
from tests.engine.gpu.shortcuts.stale import Stale
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import (
    CPU,
    Sitting,
    begun,
    company_of,
    far_from,
    finish,
    paint_together,
)

NAMES = ("sd", "sdxl", "sd3", "flux")
UNETS = ("sd", "sdxl")
WHOLE, SHALLOW = "W", "."


@pytest.fixture(scope="module")
def specimens() -> Mapping[str, Specimen]:
    return every_specimen()


def stale(specimen: Specimen, asked: Recipe, forwards: str, **inputs: Any) -> torch.Tensor:
    """The latents of diffusers' own pipeline over a network whose forwards are like W..WW."""
    with Stale(specimen.family.network, forwards).used():
        return specimen.latents(asked, **inputs)


@contextmanager
def steps_of(family: Family) -> Iterator[list[tuple[str, int]]]:
    """How much of the network each forward asks, and in how many rows."""
    network, made = family.network, []
    if hasattr(network, "mid_block"):
        entry, deep = network.conv_in, network.mid_block
    else:
        blocks = getattr(network, "single_transformer_blocks", network.transformer_blocks)
        entry, deep = network.context_embedder, blocks[-1]

    def began(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        made.append((SHALLOW, len(inputs[0])))

    def went_deep(_: Any, __: Any) -> None:
        made[-1] = (WHOLE, made[-1][1])

    handles = [entry.register_forward_pre_hook(began), deep.register_forward_pre_hook(went_deep)]
    try:
        yield made
    finally:
        for handle in handles:
            handle.remove()


def rows_of(specimen: Specimen, **changes: Any) -> Rows:
    return specimen.family.rows(begun(specimen.family, specimen.recipe(cache=2, **changes), {}))


@pytest.mark.parametrize("changes", [{}, {"guidance": 1.0}, {"width": 80, "height": 112}])
@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_a_network_in_parts_answers_what_it_answers_whole(
    specimens: Mapping[str, Specimen], name: str, changes: Mapping[str, Any]
) -> None:
    specimen, family = specimens[name], specimens[name].family
    painting = begun(family, specimen.recipe(cache=2, **changes), {})
    rows = family.rows(painting)
    whole = family.forward(replace(rows, phase=Phase.WHOLE))

    kept, deep = apart(family.forward(rows), painting.latents)
    assert deep is not None
    told = {**rows.conditioning, DEEP: deep}
    shallow = family.forward(replace(rows, phase=Phase.SHALLOW, conditioning=told))

    assert rows.phase is Phase.KEEPING
    assert torch.equal(kept, whole)
    # What transformers keep is a difference, and differences are rounded.
    assert torch.allclose(shallow, whole, rtol=0, atol=0 if name in UNETS else 1e-5)


def test_a_side_that_is_odd_inside_is_answered_as_by_the_whole(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=2, width=72, height=104)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, stale(specimen, asked, "W.WWW"))


@pytest.mark.parametrize(("every", "forwards"), [(2, "W.W.WW"), (3, "W..WWW")])
@pytest.mark.parametrize("name", NAMES)
def test_a_tile_alone_equals_a_stock_pipeline_that_keeps(
    specimens: Mapping[str, Specimen], name: str, every: int, forwards: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(cache=every, steps=6)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, stale(specimen, asked, forwards))
    assert not torch.equal(sitting.latents, specimen.latents(asked))


@pytest.mark.parametrize(
    ("sampler", "forwards"),
    [
        ("DPM++ 2M Karras", "W..WW"),
        ("Euler a", "W..WW"),
        ("Heun", "W..W..WWW"),
        ("PNDM", "W..WWW"),
    ],
)
def test_of_every_sampler_forwards_count_and_not_steps(
    specimens: Mapping[str, Specimen], sampler: str, forwards: str
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=3, sampler=sampler)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, stale(specimen, asked, forwards))


@pytest.mark.parametrize("name", UNETS)
def test_where_guidance_has_ended_the_wanted_row_goes_on(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(cache=3, guidance_end=0.4)

    with steps_of(specimen.family) as steps:
        (sitting,) = paint_together(specimen.family, [asked])

    assert steps == [(WHOLE, 2), (SHALLOW, 2), (SHALLOW, 1), (WHOLE, 1), (WHOLE, 1)]
    assert torch.equal(sitting.latents, stale(specimen, asked, "W..WW", **ending(TOLD[name], 2)))


def test_inside_a_mask_it_equals_a_stock_pipeline_that_keeps(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=2, image="source", mask="mask", strength=1.0)

    (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert torch.equal(sitting.latents, stale(specimen, asked, "W.WWW"))


def test_over_an_image_the_first_step_that_is_painted_is_whole(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=3, image="source", strength=0.5, steps=8)

    with steps_of(specimen.family) as steps:
        (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert "".join(step for step, _ in steps) == "W..W"
    assert torch.equal(sitting.latents, stale(specimen, asked, "W..W"))


def test_a_second_pass_begins_whole(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=4, upscale=2.0, upscaler=LATENT, redraw=0.6)

    with steps_of(specimen.family) as steps:
        paint_together(specimen.family, [asked])

    assert "".join(step for step, _ in steps) == "W..WW" + "W.W"


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


def test_a_picture_says_that_not_all_steps_were_whole(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]

    def notes(asked: Recipe) -> tuple[str, ...]:
        return paint_together(specimen.family, [asked])[0].painted.notes

    assert notes(specimen.recipe(cache=3)) == (Phrase(CACHED, steps=5, whole=3),)
    # Of two the last is whole as the first is.
    assert notes(specimen.recipe(cache=3, steps=2)) == (NOT_CACHED,)
    assert notes(specimen.recipe()) == ()


def test_of_a_network_that_cannot_be_taken_apart_each_step_is_whole() -> None:
    specimen = MAKERS["sd"]()
    stage = specimen.family.network.up_blocks[-1]
    stage.__class__ = type("AnotherStage", (type(stage),), {})
    asked = specimen.recipe(cache=3)

    (sitting,) = paint_together(specimen.family, [asked])

    assert sitting.painted.notes == (NOT_CACHED,)
    assert torch.equal(sitting.latents, specimen.latents(asked))


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
    rows = rows_of(specimen)

    family.prepare(rows, compiles=True)
    keeping = len(background.asked)
    family.prepare(replace(rows, phase=Phase.WHOLE), compiles=True)

    assert (keeping, len(background.asked)) == (0, 1)
