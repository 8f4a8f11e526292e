"""Opens the painter that lives in this process: one warm thread on one device."""

from collections.abc import AsyncIterator, Collection, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from engine.gpu.addons.shelves import NOWHERE, shelves_at
from engine.gpu.curves import Curves
from engine.gpu.device import device_named, driver_version, memory_for_models
from engine.gpu.easing import movable
from engine.gpu.family import Family
from engine.gpu.hand import hand_of
from engine.gpu.images.enlarger import Enlarger
from engine.gpu.kept import Kept
from engine.gpu.models.catalog import BUILT_IN, Model, find
from engine.gpu.models.loading import load
from engine.gpu.preview import USUAL_EVERY, Detail, open_previews
from engine.gpu.safety import open_safety
from engine.gpu.shortcuts.fp8 import require_eight_bits
from engine.gpu.switches.compiling import keep_programs_in
from engine.gpu.switches.popular import Popular
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.thrown import Thrown
from engine.gpu.thread import EngineThread
from engine.gpu.warm import Servable, Warm
from engine.ladder import Rung
from engine.safety import Policy, shows_previews
from engine.shortcut import Shortcut
from engine.switch import COMPILING, Chosen, Switch

COMPILED = "compiled"
# A wider forward than this only makes each step longer, for hardly more pictures an hour. On a card
# what is measured there takes its place.
MOST_ROWS = {"cpu": 12, "cuda": 12}
# Every tile with guidance twice as wide: the ones beyond a forward take turns.
SEATS = {"cpu": 8, "cuda": 12}
UNCHECKED = Policy()
AS_SUITS = Chosen()


@asynccontextmanager
async def open_painter(
    models: Sequence[str],
    *,
    models_dir: Path,
    device: str = "auto",
    addons_dir: Path = NOWHERE,
    model_memory: int | None = None,
    rungs: AbstractSet[Rung] = frozenset(),
    previews: Detail = "fine",
    preview_every: int = USUAL_EVERY,
    safety: Policy = UNCHECKED,
    shortcuts: AbstractSet[Shortcut] = frozenset(),
    closes_within_s: float | None = None,
    switches: Chosen = AS_SUITS,
    measures: bool = True,
    curves_dir: Path | None = None,
) -> AsyncIterator[EngineThread]:
    """A painter that has loaded the models and painted once with each, the first as default.

    `model_memory` is how many bytes the loaded models may take; by default what the device can
    spare. On `rungs` of the memory ladder they are from the start. Without `switches` those that
    suit the device are thrown. A card is measured unless nothing is to be; what is found is kept in
    `curves_dir`. After `closes_within_s` its thread is waited for no more. Raises Misconfigured, of
    which BadModel is one kind.
    """
    where = device_named(device)
    if Shortcut.FP8 in shortcuts:
        require_eight_bits(where)
    shelves = shelves_at(addons_dir)
    thrown = Thrown(switches=switches.on(where.type))

    def load_one(model: Model, needed: Collection[Rung]) -> Family:
        family = load(model, where, shelves, needed, shortcuts)
        family.previews = open_previews(
            previews if shows_previews(safety.measure) else "off",
            every=preview_every,
            card=model.card,
            vae=family.pipe.vae,
            device=where,
            models_dir=models_dir,
        )
        thrown.over(family)
        return family

    def load_all() -> Warm:
        found = [find(name, models_dir) for name in models or (BUILT_IN,)]
        # In this thread: torch counts its threads per thread. A picture that was checked otherwise
        # came about otherwise, or history would show what must not be seen any more.
        changes: tuple[Switch | Shortcut, ...] = (*thrown.switches, *shortcuts)
        hand = ", ".join(filter(None, (hand_of(where, changes), safety.hand)))
        signed = [replace(model, card=replace(model.card, hand=hand)) for model in found]
        return Warm(
            (
                Servable(card=model.card, size=_size(model), load=partial(load_one, model))
                for model in signed
            ),
            most=model_memory or memory_for_models(where),
            rungs=movable(where) & rungs,
            possible=movable(where),
        )

    # Whatever is thrown changes how long a step takes.
    folder = curves_dir if measures else None
    kept = Kept(folder, of=sorted(thrown.switches))
    ready = Ready(thrown, kept, Popular(Kept(folder)))
    if curves_dir is not None and not thrown.switches.isdisjoint(COMPILING):
        keep_programs_in(curves_dir.with_name(COMPILED))
    painter = EngineThread(
        load_all,
        device=where,
        seats=SEATS[where.type],
        most_rows=MOST_ROWS[where.type],
        enlarger=Enlarger(where, shelves),
        open_safety=partial(open_safety, safety, where),
        kept=kept_in(kept, where) if measures else None,
        ready=ready if thrown.make_something(where) else None,
    )
    # After the painter, which may ask for something until it has ended.
    with closing(thrown.background):
        try:
            await painter.start()
            yield painter
        finally:
            await painter.close(within_s=closes_within_s)


def kept_in(kept: Kept, device: torch.device) -> Curves | None:
    """None where nothing is measured: a processor may take minutes for a curve."""
    return Curves(kept, driver=driver_version()) if device.type == "cuda" else None


def _size(model: Model) -> int:
    """About how many bytes it takes: what its weights take on the disk."""
    if model.folder.is_file():
        return model.folder.stat().st_size
    return sum(file.stat().st_size for file in model.folder.glob("*/*.safetensors"))
