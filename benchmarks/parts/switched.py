"""Switched: what each switch gains by itself and all together, and how far it moves a picture."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import torch

from benchmarks.bench import Bench
from benchmarks.ours import Ours, recipe_for
from benchmarks.parts.rows import step_ms
from benchmarks.published import Published
from benchmarks.real_size import card_of
from benchmarks.switching import Switches, at_work, made
from engine.gpu.bench.likeness import likeness
from engine.gpu.device import free
from engine.job import Recipe
from engine.switch import Switch

NONE, ALL = "none", "all"
BY_COMPILER = frozenset({Switch.BLOCKS, Switch.COMPILE, Switch.FLAGS})
NEEDS = {Switch.FLAGS: (Switch.COMPILE,)}
# A picture has as many rows with guidance.
ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """A step of two rows and a whole picture; `furthest` in levels of 255 from no switch at all."""

    step_ms: float
    picture_ms: float
    furthest: int
    mean: float
    made: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """By switch, and by none and all of them. `failed` are those that ended with an error."""

    thrown: Mapping[str, Thrown]
    failed: Mapping[str, str]


def switched(
    bench: Bench, model: Published, tried: Collection[Switch] = tuple(Switch)
) -> Switching:
    """The model is made anew for every one, for none can be taken back."""
    sets: dict[str, Switches] = {NONE: frozenset()}
    # What the compiler tries more needs a compiler.
    sets |= {each: {each, *NEEDS.get(each, ())} for each in tried if _is_known(bench, each)}
    sets[ALL] = bench.usual
    thrown: dict[str, Thrown] = {}
    failed: dict[str, str] = {}
    card = card_of(model, narrow=bench.narrow)
    recipe = recipe_for(card, bench.extent.steps(model.steps[0]))
    plain = b""
    for name, switches in sets.items():
        try:
            png, found = _measured(bench, model, switches, recipe)
            plain = plain or png
            apart = likeness([png], [plain])
        except torch.AcceleratorError:
            raise  # the card itself is in disorder, and every other would fail as well
        except Exception as error:  # one switch that fails says nothing of the others
            failed[name] = f"{type(error).__name__}: {error}"
        else:
            thrown[name] = replace(found, furthest=apart.furthest, mean=apart.mean)
        # The model of the next one needs the room.
        free(bench.device)
    return Switching(thrown=thrown, failed=failed)


def _is_known(bench: Bench, switch: Switch) -> bool:
    """Compilers for processors take minutes for what nobody wants to know."""
    return bench.device.type == "cuda" or switch not in BY_COMPILER


def _measured(
    bench: Bench, model: Published, switches: Switches, recipe: Recipe
) -> tuple[bytes, Thrown]:
    ours = Ours(bench.family(model, switches), bench.device)
    bench.make_ready(ours.family, ROWS)
    if at_work():
        raise TimeoutError("it was still being compiled when the time was over")
    png, _ = ours.paint(recipe)
    seconds = min(ours.paint(recipe)[1] for _ in range(bench.extent.rounds))
    step = step_ms(bench, ours.family, ROWS)
    how = made(ours.family)
    if Switch.COMPILE in switches and not any("compiled" in each for each in how.values()):
        raise RuntimeError("nothing was compiled; what stands above says why")
    return png, Thrown(step_ms=step, picture_ms=seconds * 1000, furthest=0, mean=0.0, made=how)
