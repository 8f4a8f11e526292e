"""Orders: what a child is to paint with, told to it before anything else."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.ladder import Rung
from engine.safety import Policy
from engine.shortcut import Shortcut
from engine.switch import Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """As `engine.gpu.painter.open_painter` takes them."""

    models: tuple[str, ...]
    models_dir: Path
    addons_dir: Path
    previews: Literal["off", "fast", "fine"]
    preview_every: int
    device: str = "auto"
    model_memory: int | None = None
    rungs: frozenset[Rung] = frozenset()
    safety: Policy = field(default_factory=Policy)
    shortcuts: frozenset[Shortcut] = frozenset()
    closes_within_s: float | None = None
    switches: Chosen = field(default_factory=Chosen)
    measures: bool = True
    curves_dir: Path | None = None
