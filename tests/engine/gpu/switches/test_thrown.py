"""Every switch keeps the picture of every family, by itself and with all others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import PaintingFailed
from engine.extra import Extra
from engine.gpu.forwards import Forwards
from engine.gpu.memory import Memory
from engine.gpu.rows import Rows
from engine.gpu.switches.compiling import compiled
from engine.gpu.switches.shape import away
from engine.gpu.switches.thrown import Thrown
from engine.gpu.switches.tracks import Tracks
from engine.gpu.warm import Warm
from engine.ladder import Rung, Strain, Work
from engine.switch import USUAL, Switch
from engine.turns import Turns
from tests.engine.gpu.families.specimen import MAKERS, Specimen
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import CPU, begun, paint_together

LORA = Extra(name="glow", digest="1" * 64, weight=1.0)
NAMES = ("sd", "sdxl", "sd3", "flux")
# Compiled as it is, without a compiler of machine code: whether all of it can be one program.
TRACED: Callable[..., Any] = partial(compiled, backend="eager")


def switched(name: str, switches: frozenset[Switch]) -> tuple[Specimen, Later]:
    specimen = MAKERS[name]()
    background = Later()
    Thrown(switches=switches, background=background, compiled=TRACED).over(specimen.family)
    return specimen, background


@pytest.mark.parametrize("switch", [Switch.LAYOUT, Switch.QKV, Switch.ATTENTION])
@pytest.mark.parametrize("name", NAMES)
def test_a_switch_changes_no_more_than_the_last_bits(
    specimens: Mapping[str, Specimen], name: str, switch: Switch
) -> None:
    specimen, _ = switched(name, frozenset({switch}))
    asked = specimen.recipe()

    (one,) = paint_together(specimen.family, [asked])
    (other,) = paint_together(specimens[name].family, [asked])

    assert away(one.latents, other.latents) < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_a_decoder_that_overflows_is_in_bfloat16_and_moves_pixels_by_little(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = MAKERS[name]()
    specimen.pipe.vae.register_to_config(force_upcast=True, _use_default_values=[])
    Thrown(switches=frozenset({Switch.DECODER})).over(specimen.family)
    asked = specimen.recipe()

    (one,) = paint_together(specimen.family, [asked])
    (other,) = paint_together(specimens[name].family, [asked])

    assert specimen.pipe.vae.dtype == torch.bfloat16
    assert torch.equal(one.latents, other.latents)
    pictures = [np.asarray(each.painted.image, dtype=int) for each in (one, other)]
    moved = np.abs(pictures[0] - pictures[1])
    assert moved.max() <= 12
    assert moved.mean() <= 1


def test_a_decoder_of_which_nothing_is_said_stays_as_it_is() -> None:
    specimen, _ = switched("sd", frozenset({Switch.DECODER}))

    assert specimen.pipe.vae.dtype == torch.float32


@pytest.mark.parametrize("guidance", [5.0, 1.0])
@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_a_network_is_one_program_that_answers_the_same(name: str, guidance: float) -> None:
    specimen, background = switched(name, frozenset({Switch.COMPILE}))
    family = specimen.family
    rows = family.rows(begun(family, specimen.recipe(guidance=guidance), {}))
    family.prepare(rows, compiles=True)
    background.work()

    assert family.tracks is not None
    answer = family.tracks.answer(family._there(rows))

    assert answer is not None, "it was compiled, and found to be the same"
    assert away(answer, family.forward(rows)) < 1e-5


@torch.inference_mode()
def test_blocks_are_compiled_once_for_all_widths_and_sizes() -> None:
    programs: list[Any] = []

    def counting(graph: Any, _: Any) -> Any:
        programs.append(graph)
        return graph.forward

    specimen, _ = switched("sd", frozenset())
    family = specimen.family

    def asked(width: int, side: int) -> Rows:
        painting = begun(family, specimen.recipe(width=side), {})
        return family.rows(painting).padded(width)

    expected = family.forward(asked(6, 128))

    family.network.compile_repeated_blocks(fullgraph=True, dynamic=True, backend=counting)
    for width, side in ((2, 64), (4, 96)):
        family.forward(asked(width, side))
    known = len(programs)
    answer = family.forward(asked(6, 128))

    assert known == len(programs) > 0
    assert away(answer, expected) < 1e-5


@dataclass
class Watched:
    """Tracks with nothing ready. Counts what is asked of them."""

    asked: int = 0

    def answer(self, rows: Rows) -> None:
        self.asked += 1


@torch.inference_mode()
@pytest.mark.parametrize(
    ("changes", "asks"), [({}, True), ({"exact": True}, False), ({"loras": (LORA,)}, False)]
)
def test_exact_tiles_and_those_that_wear_something_are_asked_plainly(
    changes: Mapping[str, Any], asks: bool
) -> None:
    specimen, _ = switched("sd", frozenset())
    watched: Any = Watched()
    specimen.family.tracks = watched
    rows = specimen.family.rows(begun(specimen.family, specimen.recipe(), {}))
    worn = specimen.recipe(**changes)
    vars(specimen.family)["wear"] = lambda recipe: None

    Forwards(Turns(most_rows=2), Memory(CPU, Warm.of({}))).answers(
        specimen.family, "key", [rows], worn, Strain()
    )

    assert bool(watched.asked) is asks


@torch.inference_mode()
@pytest.mark.parametrize("rung", [Rung.GROUP, Rung.SEQUENTIAL])
def test_a_network_that_comes_to_the_card_piece_by_piece_is_asked_plainly(rung: Rung) -> None:
    specimen, _ = switched("sd", frozenset())
    watched: Any = Watched()
    specimen.family.tracks = watched
    specimen.family.relief.in_force.add(rung)
    rows = specimen.family.rows(begun(specimen.family, specimen.recipe(), {}))

    Forwards(Turns(most_rows=2), Memory(CPU, Warm.of({}))).answers(
        specimen.family, "key", [rows], specimen.recipe(), Strain()
    )

    assert not watched.asked


@torch.inference_mode()
def test_when_memory_is_tidied_what_was_recorded_goes_too() -> None:
    specimen, _ = switched("sd", frozenset())
    family, recorder = specimen.family, FakeRecorder()
    family.tracks = Tracks(family.network, family.ask_of, CPU, recorder=recorder)
    rows = family.rows(begun(family, specimen.recipe(), {}))
    family.prepare(rows, compiles=False)
    tries: list[int] = []

    def too_much() -> str:
        tries.append(len(tries))
        if len(tries) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return "done"

    warm = Warm.of({family.card.name: family})
    memory = Memory(CPU, warm)
    warm.hold(family.card.name)
    assert memory.enough_for(Work.DECODE, family.relief, too_much, Strain()) == "done"
    played = recorder.played
    family.forward(rows, plainly=False)

    assert recorder.played == played


@pytest.mark.parametrize("switch", [Switch.COMPILE, Switch.BLOCKS])
def test_layers_that_are_compiled_stay_what_they_are(switch: Switch) -> None:
    specimen, _ = switched("sd", frozenset())
    specimen.family.compiles = Thrown(switches={switch}).compiles
    kinds = [type(layer) for layer in specimen.family.network.modules()]

    paint_together(specimen.family, [specimen.recipe(seed=seed) for seed in range(3)])

    assert [type(layer) for layer in specimen.family.network.modules()] == kinds


def test_what_is_worn_undoes_what_was_made_one() -> None:
    specimen, _ = switched("sd", frozenset({Switch.QKV}))
    assert specimen.family.fusion is not None

    with pytest.raises(PaintingFailed):
        specimen.family.wear(specimen.recipe(loras=(LORA,)))

    kinds = {type(each).__name__ for each in specimen.family.network.attn_processors.values()}
    assert kinds == {"AttnProcessor2_0"}


@torch.inference_mode()
def test_what_was_recorded_of_what_was_made_one_is_forgotten_with_it() -> None:
    specimen, _ = switched("flux", frozenset({Switch.QKV}))
    family = specimen.family
    recorder = FakeRecorder(each=70)
    family.tracks = Tracks(family.network, family.ask_of, CPU, recorder=recorder)
    family.prepare(family.first_rows(specimen.recipe()), compiles=False)
    before = family.tracks.held

    with pytest.raises(PaintingFailed):
        family.wear(specimen.recipe(loras=(LORA,)))

    assert (before, family.tracks.held) == (70, 0)


def test_on_a_processor_none_is_thrown() -> None:
    assert not USUAL["cpu"]


@torch.inference_mode()
def test_what_is_brought_to_the_card_for_each_step_is_not_made_ready() -> None:
    specimen, background = switched("sd", frozenset({Switch.COMPILE}))
    family = specimen.family
    family.relief.in_force.add(Rung.GROUP)

    family.prepare(family.first_rows(specimen.recipe()), compiles=True)

    assert not background.asked
