"""What is worn for some pictures takes what was made ready away from no others for good."""

from functools import partial
from pathlib import Path

import torch

from engine.gpu.switches.compiling import compiled
from engine.gpu.switches.shape import away
from engine.gpu.switches.thrown import Thrown
from engine.switch import Switch
from tests.engine.gpu.addons.shelf import Shelving, peft
from tests.engine.gpu.families.test_loras import made, paint
from tests.engine.gpu.switches.recording import Later


@torch.inference_mode()
def test_a_network_that_wore_a_lora_is_compiled_again(tmp_path: Path) -> None:
    shelving, background = Shelving(tmp_path), Later()
    ours = made("flux", shelving.shelves)
    family = ours.family
    traced = partial(compiled, backend="eager")
    Thrown(switches={Switch.COMPILE}, background=background, compiled=traced).over(family)
    worn = ours.recipe(loras=(shelving.lora("neon", peft(ours.pipe, "transformer"), weight=0.6),))
    rows = family.first_rows(ours.recipe())
    made_then: list[int] = []
    assert family.tracks is not None

    def wear_once() -> None:
        paint(ours, worn)
        family.wear(ours.recipe())

    for comes_between in (False, True, False):
        family.prepare(rows, compiles=True)
        if comes_between:
            wear_once()
        background.work()
        if not comes_between:
            wear_once()
        answer = family.forward(rows, plainly=False)
        made_then.append(len(family.tracks.made))

    assert made_then == [0, 0, 1], "the first time its layers came after"
    assert away(answer, family.forward(rows)) < 1e-5
