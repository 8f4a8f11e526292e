"""The parts, tried with tiny models on the processor."""

from base64 import b64decode
from dataclasses import asdict, replace
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from benchmarks.bench import Bench
from benchmarks.counterpart import Counterpart
from benchmarks.extent import FULL
from benchmarks.flop import READING, STEP_OF_TWO_ROWS, flop_of
from benchmarks.ours import recipe_for
from benchmarks.parts.cached import cached
from benchmarks.parts.exactness import exactness
from benchmarks.parts.host import idle_share
from benchmarks.parts.ladder import climb
from benchmarks.parts.load import Alone, arrivals, poisson, saturated
from benchmarks.parts.picture import COMPILED, MENDED, OURS, STOCK, Side, picture, settle
from benchmarks.parts.rows import knee, rows
from benchmarks.parts.switched import ALL, BY_COMPILER, NONE, switched
from benchmarks.published import MODELS, SD3, SD15, SDXL, Published
from benchmarks.real_size import card_of
from benchmarks.some_rows import some_rows
from benchmarks.stock import ADVISED, Stock
from benchmarks.switching import at_rest
from engine.curve import Curve as EngineCurve
from engine.job import Recipe
from engine.price import Speed
from engine.switch import USUAL, Switch

PROCESSOR = torch.device("cpu")


def stock(model: Published, precision: torch.dtype = torch.float32) -> Stock:
    return Stock(model=model, device=PROCESSOR, precision=precision, narrow=True, compiled=False)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(device=PROCESSOR, narrow=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ours_and_stock_in_other_programs_paint_in_turns(bench: Bench) -> None:
    found = picture(bench, SDXL)

    assert found.failed == {}
    assert {*found.ways} == {*found.over} == {str(bench.extent.steps(n)) for n in SDXL.steps}
    for ways in found.ways.values():
        assert [*ways] == [STOCK, MENDED, COMPILED, OURS]
        assert all(0 < way.ms < way.file_ms for way in ways.values())
    # What is compiled is asked for channels side by side, which round otherwise.
    assert {name: each.furthest for name, each in found.likeness.items()} == {
        STOCK: 0,
        MENDED: 0,
        COMPILED: pytest.approx(0, abs=2),
    }


@pytest.mark.parametrize("model", [SD15, SD3], ids=lambda model: model.name)
def test_ours_paints_the_very_picture_of_stock_diffusers(bench: Bench, model: Published) -> None:
    recipe = recipe_for(card_of(model, narrow=True), 3)
    asked = {"wanted": "png", "recipe": asdict(recipe), "upcasts": True}

    ours, _ = bench.ours(model).paint(recipe)
    theirs = stock(model).answer(asked)

    assert b64decode(theirs) == ours


def test_stock_in_a_program_of_its_own_paints_the_very_picture_of_ours(bench: Bench) -> None:
    recipe = recipe_for(card_of(SD15, narrow=True), 2)

    with Counterpart(bench, SD15) as counterpart:
        theirs = counterpart.png(recipe)
        (picture_s, file_s), memory = counterpart.timed(recipe), counterpart.memory(recipe)

    assert theirs == bench.ours(SD15).paint(recipe)[0]
    assert 0 < picture_s < file_s
    assert memory is None


# What the pipeline of SDXL says of the way in which it does it.
@pytest.mark.filterwarnings("ignore:.*upcast_vae.* is deprecated:FutureWarning")
@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_stock_decodes_in_full_precision_only_where_it_does_so_everywhere(
    model: Published,
) -> None:
    half = stock(model, torch.float16)
    recipe = asdict(recipe_for(card_of(model, narrow=True), 2))
    seen: list[torch.dtype] = []
    half.pipe.vae.decoder.register_forward_pre_hook(lambda _, given: seen.append(given[0].dtype))

    for upcasts in (True, False):
        half.answer({"wanted": "seconds", "recipe": recipe, "upcasts": upcasts})

    assert seen == [torch.float32 if model is SDXL else torch.float16, torch.float16]


@pytest.mark.parametrize("flags", [True, False])
def test_what_diffusers_advises_its_compiler_can_be_left_out(flags: bool) -> None:
    config = import_module("torch._inductor.config")
    compiled = replace(stock(SD3), compiled=True, flags=flags)

    with config.patch(dict.fromkeys(ADVISED, None)):
        assert compiled.pipe is not None
        told = {name: getattr(config, name) for name in ADVISED}

    assert told == (ADVISED if flags else dict.fromkeys(ADVISED, None))


def test_a_switch_that_is_left_out_is_not_among_the_usual_ones() -> None:
    bench = Bench(device=torch.device("cpu"), narrow=True)
    bench.device = torch.device("cuda")

    assert bench.usual == USUAL["cuda"]
    bench.without = frozenset({Switch.FLAGS})
    assert bench.usual == USUAL["cuda"] - {Switch.FLAGS}


def test_what_stock_cannot_do_is_left_out_and_said() -> None:
    def broken(recipe: Recipe) -> tuple[float, float]:
        raise RuntimeError("no compiler")

    def works(recipe: Recipe) -> tuple[float, float]:
        return 1.0, 1.5

    def no_png(recipe: Recipe) -> bytes:
        return b""

    sides = {
        name: Side(timed=timed, memory=lambda recipe: None, png=no_png)
        for name, timed in {STOCK: works, COMPILED: broken, OURS: works}.items()
    }

    failed = settle(sides, card_of(SD15))

    assert [*sides] == [STOCK, OURS]
    assert failed == {COMPILED: "no compiler"}


def test_a_model_that_is_asked_for_again_is_the_same_until_another_was() -> None:
    bench = Bench(device=PROCESSOR, narrow=True)

    first, again, other = bench.ours(SD15), bench.ours(SD15), bench.ours(SD3)

    assert first is again
    assert other is not first
    assert bench.ours(SD15) is not first


def test_exact_pictures_are_alike_in_company(bench: Bench) -> None:
    found = exactness(bench, SD3)

    assert found.own == found.canonical == found.mixes
    assert found.picture


def test_every_rung_is_taken_and_every_picture_finished(bench: Bench) -> None:
    found = climb(bench, SD3)

    assert found["missing"] == []
    assert [*found["rungs"]] == ["HALVE", "EMPTY", "DROP", "TILE"]
    assert found["finished"] == found["asked"]


def test_pictures_are_counted_while_every_seat_is_taken(bench: Bench) -> None:
    found = saturated(bench, SD3)

    for steady in (found.twenty, found.mixed):
        assert steady.ips > 0
        assert 0 < steady.stepping < 1
        assert steady.rows == 2 * found.seats
    assert not bench.ours(SD3).company.busy


def test_the_same_people_come_to_both_ways(bench: Bench) -> None:
    found = poisson(bench, SD3, 0.95)

    assert found.jobs >= 4
    assert 0 < found.p50_s <= found.p95_s
    assert 0 < found.first_p50_s <= found.first_p95_s
    assert min(found.ips, found.first_ips) > 0


@pytest.mark.parametrize("load", [0.8, 0.95])
def test_whoever_comes_by_chance_asks_for_just_as_much_as_is_said(load: float) -> None:
    alone = Alone(guided=0.006, plain=0.004)

    asked = arrivals(card_of(SD15), FULL, alone, load)

    times = [at for at, _ in asked]
    assert times == sorted(times)
    assert sum(alone.seconds(recipe) for _, recipe in asked) == pytest.approx(load * times[-1])
    assert times[-1] == pytest.approx(FULL.served_s, rel=0.01)
    assert 0.05 < sum(recipe.guidance <= 1 for _, recipe in asked) / len(asked) < 0.25


@pytest.mark.parametrize(
    "tried",
    [(Switch.DECODER, *BY_COMPILER), pytest.param(tuple(Switch), marks=pytest.mark.slow)],
    ids=["few", "all"],
)
def test_switches_that_a_processor_has_are_compared_with_none(
    bench: Bench, tried: tuple[Switch, ...]
) -> None:
    found = switched(bench, SDXL, tried)

    assert found.failed == {}
    assert [*found.thrown] == [NONE, *(each for each in tried if each not in BY_COMPILER), ALL]
    assert found.thrown[NONE].furthest == 0
    assert found.thrown[Switch.DECODER].furthest > 0


def test_a_picture_with_a_cache_is_timed_beside_one_without(bench: Bench) -> None:
    found = cached(bench, SD3)

    assert (found.every, found.steps) == (3, bench.extent.steps(SD3.steps[0]))
    assert found.ms > 0
    assert found.whole_ms > 0


def test_a_card_has_the_curve_that_the_engine_measured_there() -> None:
    measured = EngineCurve(
        width=512,
        height=512,
        steps=((1, 0.004), (2, 0.006), (4, 0.010), (8, 0.0195)),
        alone=Speed(row_step=0.003, rest=0.02),
    )

    class OnCard:
        device = torch.device("cuda")

        def ours(self, model: Published) -> Any:
            return SimpleNamespace(curve=measured)

    found = rows(cast(Any, OnCard()), SD15)

    assert found.ms == {"1": 4.0, "2": 6.0, "4": 10.0, "8": 19.5}
    assert found.knee == measured.knee


def test_the_knee_is_the_fewest_rows_that_are_nearly_the_best() -> None:
    assert knee({"1": 3.79, "2": 5.66, "4": 9.21, "8": 16.3, "16": 32.5}) == 8
    assert knee({"1": 10.0, "2": 20.0, "4": 40.0}) == 1


def test_a_card_is_idle_where_nothing_covers_the_time() -> None:
    assert idle_share([(0, 4), (2, 5), (8, 10), (3, 4)]) == pytest.approx(0.3)
    assert idle_share([(0, 1), (1, 2)]) == 0


def test_rows_of_an_odd_count_are_told_as_many_words(bench: Bench) -> None:
    asked = some_rows(bench.ours(SD3).family, 5)

    assert len(asked) == len(asked.latents) == 5
    assert {len(each) for each in asked.conditioning.values()} == {5}


def test_to_wait_for_compilers_takes_no_time_that_there_is_not() -> None:
    assert at_rest(30.0)
    assert not at_rest(-1.0)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_a_picture_counts_the_arithmetic_of_all_its_parts(model: Published) -> None:
    assert flop_of(model, 2) - flop_of(model, 1) == pytest.approx(STEP_OF_TWO_ROWS[model.name])
    assert flop_of(model, 0) > READING[model.name]


def test_the_floor_of_a_picture_is_that_of_the_page() -> None:
    floors = [flop_of(model, steps) / 800e9 for model, steps in ((SD15, 20), (SDXL, 30))]

    assert floors == pytest.approx([43.3, 520.5], abs=0.3)
