"""Painters: how this program comes by what paints, the only place that knows the engine.

`engine.gpu` is imported only where something is painted: torch takes seconds to come.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.children import names_of, open_children
from bot.fits import Memory
from bot.modals import NAME as ON_MODAL
from bot.modals import cards_at, open_rented
from bot.ray_address import ray_address
from bot.rays import open_rays
from bot.settings import Settings
from engine.addon import Shelf
from engine.card import ModelCard
from engine.child.orders import Orders
from engine.crew import Crew
from engine.ladder import OFFLOADS
from engine.ports import Painter
from engine.shortcut import Shortcut
from engine.switch import Switch
from engine.vitals import Alive, Vitals

CLOSES_WITHIN_S = 0.5
"""A step takes minutes where a large model is painted without a card; what it is for is put back
by then, and the end of the program ends it."""
CURVES = "curves"
"""The folder of what painters measure of themselves."""


async def measure_engine(
    settings: Settings,
    model: str,
    *,
    rounds: int,
    with_grid: bool,
    tell: Callable[[int, str], None],
) -> Mapping[str, Any]:
    """The engine beside stock diffusers, as in the JSON of `easel bench`."""
    from engine.gpu.bench.comparison import compare

    return await compare(
        model,
        models_dir=_models_dir(settings),
        device=settings.device,
        rounds=rounds,
        with_grid=with_grid,
        tell=tell,
    )


def shelf_of(settings: Settings) -> Callable[[], Shelf]:
    """What lies in the folders of the add-ons, looked at anew at every call."""
    from engine.gpu.addons.shelves import shelves_at

    return shelves_at(settings.data_dir).look


def thrown_by(settings: Settings) -> frozenset[Switch]:
    """What paints quicker on this machine. Raises Misconfigured where a shortcut is none here."""
    from engine.gpu.device import device_named
    from engine.gpu.shortcuts.fp8 import require_eight_bits

    names = _devices(settings) if settings.painter == "process" else settings.devices
    devices = [device_named(name) for name in names]
    if Shortcut.FP8 in settings.shortcuts:
        for device in devices:
            require_eight_bits(device)
    return frozenset[Switch]().union(*(settings.thrown.on(device.type) for device in devices))


async def vitals_of(painter: Painter, settings: Settings) -> Vitals:
    """As they are now; it may take a moment. Raises Misconfigured, PainterGone."""
    if isinstance(painter, Alive):
        return await painter.vitals()
    return await asyncio.to_thread(_vitals_here, settings)


def _vitals_here(settings: Settings) -> Vitals:
    from engine.gpu.device import device_named, memory_in_use, temperature

    device = device_named(settings.devices[0])
    used, total = memory_in_use(device)
    return Vitals(used=used, total=total, temperature=temperature(device))


@dataclass(frozen=True, slots=True, kw_only=True)
class Painters:
    """How this program comes by its painter: first what it will paint with, then the warm thing."""

    cards: Callable[[Settings], Mapping[str, ModelCard]]
    device: Callable[[Settings], str]
    open: Callable[[Settings], AbstractAsyncContextManager[Crew]]
    measure: Callable[..., Awaitable[Mapping[str, Any]]] = measure_engine
    shelf: Callable[[Settings], Callable[[], Shelf]] = shelf_of
    thrown: Callable[[Settings], AbstractSet[Switch]] = thrown_by
    vitals: Callable[[Painter, Settings], Awaitable[Vitals]] = vitals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Bytes that a model needs and that there are, and with which offload it fits; None: none."""

    needed: int
    memory: int
    offload: str | None


def cards_of(settings: Settings) -> Mapping[str, ModelCard]:
    """The cards of the models that are painted with, the default first. Raises Misconfigured."""
    if settings.painter == "modal":
        return cards_at(settings)
    cards = [check_model(name, settings) for name in settings.models]
    return {card.name: card for card in cards}


def check_model(name: str, settings: Settings) -> ModelCard:
    """The card of a model by its name or path. Raises BadModel."""
    from engine.gpu.models.catalog import find

    return find(name, _models_dir(settings)).card


def fit_of(name: str, settings: Settings) -> Fit:
    """How a model fits into the memory that this device has for models. Raises Misconfigured."""
    from engine.gpu.device import device_named, memory_for_models, weight_type
    from engine.gpu.easing import movable
    from engine.gpu.models.catalog import find
    from engine.gpu.models.footprint import footprint_of

    device = device_named(settings.devices[0])
    memory = settings.model_memory or memory_for_models(device)
    footprint = footprint_of(find(name, _models_dir(settings)), weight_type(device).itemsize)
    offload = footprint.offload(memory)
    if offload != "none" and not movable(device):
        offload = None
    return Fit(needed=footprint.total, memory=memory, offload=offload)


def memory_of(settings: Settings) -> Memory:
    """What this device has for models, and how. Raises Misconfigured."""
    from engine.gpu.device import device_named, memory_for_models, memory_in_use, weight_type
    from engine.gpu.easing import movable

    device = device_named(settings.devices[0])
    _, whole = memory_in_use(device)
    return Memory(
        models=settings.model_memory or memory_for_models(device),
        whole=whole,
        movable=bool(movable(device)),
        weight=weight_type(device).itemsize,
    )


def device_of(settings: Settings) -> str:
    """The device that `auto` means here, or all of them. Raises Misconfigured where there is none
    such."""
    if settings.painter == "modal":
        return ON_MODAL
    from engine.gpu.device import device_named

    if settings.painter == "ray":
        return f"{settings.device} of the Ray cluster at {settings.ray_address}"
    if settings.painter == "process":
        return ", ".join(names_of(_devices(settings)))
    return str(device_named(settings.devices[0]))


@asynccontextmanager
async def warm_painters(settings: Settings) -> AsyncIterator[Crew]:
    """As the settings want them. Raises Misconfigured."""
    match settings.painter:
        case "thread":
            opening = _thread(settings)
        case "process":
            opening = open_children(
                await asyncio.to_thread(_devices, settings),
                orders_of(settings),
                closes_within_s=CLOSES_WITHIN_S,
            )
        case "modal":
            opening = open_rented(settings)
        case "ray":
            opening = open_rays(
                await asyncio.to_thread(ray_address, settings, os.environ, Path.home()),
                orders_afar(settings),
                await asyncio.to_thread(cards_of, settings),
                closes_within_s=CLOSES_WITHIN_S,
            )
    async with opening as crew:
        yield crew


def orders_of(settings: Settings) -> Orders:
    """What a painter is told, wherever it is."""
    return Orders(
        models=settings.models,
        models_dir=_models_dir(settings),
        addons_dir=settings.data_dir,
        device=settings.devices[0],
        model_memory=settings.model_memory,
        rungs=OFFLOADS[settings.offload],
        previews=settings.previews,
        preview_every=settings.preview_every,
        safety=settings.safety_policy,
        shortcuts=frozenset(settings.shortcuts),
        closes_within_s=CLOSES_WITHIN_S,
        switches=settings.thrown,
        curves_dir=settings.data_dir / CURVES,
    )


def orders_afar(settings: Settings) -> Orders:
    """The same, where another machine has its models elsewhere."""
    folder = (settings.ray_data_dir or settings.data_dir).absolute()
    return replace(
        orders_of(settings),
        models_dir=folder / "models",
        addons_dir=folder,
        curves_dir=folder / CURVES,
    )


def orders_rented(settings: Settings) -> Orders:
    """The same on a machine that is rented: what it measured would be paid for, and be lost."""
    return replace(orders_of(settings), measures=False)


@asynccontextmanager
async def _thread(settings: Settings) -> AsyncIterator[Crew]:
    """The engine thread of this process."""
    from engine.child.opening import open_engine

    async with open_engine(orders_of(settings)) as engine:
        yield Crew(engine.painter)


def _devices(settings: Settings) -> Sequence[str]:
    """One painter for each; without a choice all cards that there are."""
    from engine.gpu.device import cards, device_named

    if settings.device in {"auto", "cuda"} and (found := cards()):
        return found
    return [str(device_named(name)) for name in settings.devices]


def _models_dir(settings: Settings) -> Path:
    return settings.data_dir / "models"


PAINTERS = Painters(cards=cards_of, device=device_of, open=warm_painters)
