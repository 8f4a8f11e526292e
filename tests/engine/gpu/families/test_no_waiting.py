"""Between the first step and the last nobody waits for the card, whichever sampler paints."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch

from engine.gpu.painting import Painting
from engine.gpu.rows import joined
from engine.sampler import SAMPLERS, Noise, Sampler, samplers_for
from tests.engine.gpu.families.specimen import FILES, Specimen
from tests.engine.gpu.pretended import META, Waited, card, on_card, put_there
from tests.engine.gpu.together import begun

OVER = {"image": "source", "mask": "mask", "strength": 0.6}
OTHERS: tuple[Mapping[str, Any], ...] = ({"guidance": 1.0}, {"rescale": 0.7}, {"cache": 3})
# Those that add noise in every step: of it there is always something to send.
NOISY = ("Euler a", "DPM++ 2M SDE Karras", "DDPM", "LCM")


def _kind(sampler: Sampler) -> tuple[object, ...]:
    """How steps are spaced is nothing that a card could see."""
    orders = (sampler.options.get(option) for option in ("algorithm_type", "solver_order"))
    return (sampler.scheduler, *orders)


FITTING = {
    "sd": list({_kind(sampler): name for name, sampler in SAMPLERS.items()}.values()),
    "sdxl": NOISY,
    "sd3": samplers_for(Noise.FLOW),
    "flux": ("Euler", "UniPC"),
}
CASES = [
    *((name, sampler, OVER) for name, samplers in FITTING.items() for sampler in samplers),
    *((name, "Euler", changes) for name in FITTING for changes in OTHERS),
]


@pytest.mark.parametrize(("name", "sampler", "changes"), CASES)
def test_no_step_waits_for_the_card(
    specimens: Mapping[str, Specimen], name: str, sampler: str, changes: Mapping[str, Any]
) -> None:
    specimen = specimens[name]
    painting = begun(specimen.family, specimen.recipe(sampler=sampler, **changes), FILES)
    put_there(painting)

    with on_card(specimen.family), torch.no_grad(), card():
        paint(specimen, painting)

    assert painting.latents.device == META


@pytest.mark.parametrize("sampler", NOISY)
def test_noise_is_sent_and_not_waited_for(specimens: Mapping[str, Specimen], sampler: str) -> None:
    specimen = specimens["sd"]
    painting = begun(specimen.family, specimen.recipe(sampler=sampler), FILES)
    put_there(painting)

    with on_card(specimen.family), torch.no_grad(), card() as sent_to:
        paint(specimen, painting)

    forwards = len(painting.times)
    assert sent_to.sent >= forwards + forwards - 1, "the times, and the noise of all steps but one"


def test_who_looks_or_waits_is_caught() -> None:
    with torch.no_grad(), card():
        there = torch.ones(3, device=META)

        with pytest.raises(RuntimeError, match="item"):
            float(there.sum())
        with pytest.raises(RuntimeError, match="expected device"):
            there + torch.ones(3)
        with pytest.raises(Waited):
            torch.ones(3).to(META)


def paint(specimen: Specimen, painting: Painting) -> None:
    family = specimen.family
    while not painting.finished:
        answer = family.forward(joined([family.rows(painting)]))
        direction, deep = family.sampling.direction(painting, answer)
        family.sampling.advance(painting, direction, deep)
