"""What is deployed on Modal, as the settings of whoever deploys it want it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import Any

from bot.settings import BUILT_IN, Settings
from engine.addon import Kind
from engine.errors import BadModel, Misconfigured
from engine.gpu.hub.repository import hub_name
from engine.gpu.models.catalog import Model, find
from engine.gpu.models.footprint import footprint_of
from engine.gpu.tiny_decoder import FOLDER as PREVIEWS
from engine.rented.card import Load, card_for

DATA = Path("/data")
"""The data folder over there."""
HALF = 2
"""Bytes of a weight on a card."""
COMMIT = "[0-9a-f]{40}"
SEATS = 12
"""How many pictures one machine paints together, as engine.gpu.painter has it for a card."""
STARTS_WITHIN_S, PAINTS_WITHIN_S, IDLE_S = 1200, 900, 300
SAME = ("offload", "previews", "preview_every", "model_memory_gb", "safety", "safety_threshold")
"""Settings that hold over there as they do here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`files` are brought there, from here to there; `downloads` come from the hub while the image
    is built. `card` is None where the processor paints."""

    app: str = "easel"
    card: str | None = None
    containers: int = 1
    warm: int = 0
    files: Sequence[tuple[Path, Path]] = ()
    downloads: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def machine(self) -> Mapping[str, Any]:
        """Of each that paints, by the names that Modal has for it.

        Nothing is tried again there: who asked for a picture that was lost counts how often.
        """
        return {
            "gpu": self.card,
            "min_containers": self.warm,
            "max_containers": self.containers,
            "scaledown_window": IDLE_S,
            "startup_timeout": STARTS_WITHIN_S,
            "timeout": PAINTS_WITHIN_S,
            "retries": 0,
        }

    @property
    def downloading(self) -> Sequence[str]:
        """What a shell is told there."""
        add = "HF_HUB_OFFLINE=0 python -m bot models add"
        return [f"{add} {quote(name)}" for name in self.downloads]


def plan_of(settings: Settings) -> Plan:
    """Raises Misconfigured, also where a model is neither here nor can be had over there."""
    models_dir = settings.data_dir / "models"
    files: list[tuple[Path, Path]] = list(_beside(settings))
    downloads, names, found = list[str](), list[str](), list[Model]()
    for name in settings.models:
        if name == BUILT_IN:
            found.append(find(name, models_dir))
            names.append(name)
            continue
        try:
            model = find(name, models_dir)
        except BadModel:
            downloads.append(_pinned(name))
            names.append(name)
            continue
        found.append(model)
        brought = list(_files_of(model, models_dir))
        files += brought
        names.append(str(brought[0][1]))
    card = _card(settings, found, downloads)
    told = {name.upper(): getattr(settings, name) for name in SAME}
    environment = {
        "MODELS": ",".join(names),
        "DATA_DIR": str(DATA),
        "DEVICE": "cuda" if card else "cpu",
        "MODAL_GPU": card or "none",
        "SWITCHES": ",".join(settings.switches),
        "SAFETY_LABELS": ",".join(settings.safety_labels),
        "SHORTCUTS": ",".join(settings.shortcuts),
        **{name: str(value) for name, value in told.items() if value is not None},
    }
    if settings.safety_model:
        # By its own name, which is part of how pictures come about.
        there = DATA / "safety" / settings.safety_model.name
        files.append((settings.safety_model, there))
        environment["SAFETY_MODEL"] = str(there)
    return Plan(
        app=settings.modal_app,
        card=card,
        containers=settings.modal_containers,
        warm=settings.modal_warm,
        files=files,
        downloads=downloads,
        environment={f"EASEL_{name}": value for name, value in environment.items() if value},
    )


def _card(settings: Settings, found: Sequence[Model], downloads: Sequence[str]) -> str | None:
    if settings.modal_gpu == "none":
        return None
    if settings.modal_gpu != "auto":
        return settings.modal_gpu
    if downloads:
        raise Misconfigured(
            f"How much memory {downloads[0]} needs is not known, since it is not here. Set "
            f"EASEL_MODAL_GPU, or get it first: easel models add {downloads[0]}"
        )
    return card_for([load_of(model, settings.offload) for model in found]).name


def load_of(model: Model, offload: str) -> Load:
    """What it takes of a card. Raises BadModel where a file of it cannot be read."""
    footprint = footprint_of(model, HALF)
    match offload:
        case "none":
            weights = footprint.total
        case "parts":
            weights = footprint.network + footprint.largest
        case _:
            weights = footprint.largest
    card = model.card
    return Load(name=card.name, weights=weights, width=card.width, height=card.height)


def _pinned(name: str) -> str:
    """A branch moves, so the same deployment would be another one tomorrow."""
    on_hub = hub_name(name)
    if on_hub is None or not re.fullmatch(COMMIT, on_hub.revision):
        raise BadModel(
            f"I have no model “{name}”. Get it with easel models add, or name it with the commit "
            "on the hub, like org/name@ and 40 digits, so that it is downloaded over there."
        )
    return name


def _files_of(model: Model, models_dir: Path) -> Iterator[tuple[Path, Path]]:
    """The model first, then what stands beside it. A link is brought by its own name."""
    there = DATA / "models"
    named = (path for path in sorted(models_dir.glob("*")) if path.resolve() == model.folder)
    entry = next(named, model.folder)
    yield model.folder, there / entry.name
    if model.folder.is_file():
        for more in sorted(entry.parent.glob(f"{entry.stem}.*.json")):
            yield more, there / more.name


def _beside(settings: Settings) -> Iterator[tuple[Path, Path]]:
    """Add-ons, and the small decoders of previews."""
    for name in (*Kind, f"models/{PREVIEWS}"):
        folder = settings.data_dir / name
        if folder.is_dir() and any(folder.iterdir()):
            yield folder, DATA / name
