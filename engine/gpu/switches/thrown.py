"""Thrown: the switches of a painter, and what they do to a model that was just loaded."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch.nn import Module

from engine.gpu.family import Family
from engine.gpu.switches.attention import CANDIDATES
from engine.gpu.switches.background import Background
from engine.gpu.switches.compiling import compiled
from engine.gpu.switches.fusion import Fusion, can_fuse
from engine.gpu.switches.recorder import CardRecorder
from engine.gpu.switches.track import ROUNDING, ROUNDING_IN_EIGHT_BITS
from engine.gpu.switches.tracks import Compile, Tracks
from engine.switch import Switch

MADE = frozenset({Switch.COMPILE, Switch.GRAPHS})
MAKING = MADE | {Switch.ATTENTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """What of it a device or a model cannot have is left out."""

    switches: AbstractSet[Switch]
    background: Background = field(default_factory=Background)
    compiled: Callable[..., Any] = compiled
    _known: dict[str, "_Known"] = field(default_factory=dict)

    @property
    def compiles(self) -> bool:
        return not self.switches.isdisjoint({Switch.COMPILE, Switch.BLOCKS})

    def make_something(self, device: torch.device) -> bool:
        """Whether there is more to do than to throw them when a model is loaded."""
        return device.type == "cuda" or not self.switches.isdisjoint(MAKING)

    def over(self, family: Family) -> None:
        """Throws them, in their order. Every one does without the others."""
        if known := self._known.get(family.card.name):
            known.tell(family)
        for switch in Switch:
            if switch in self.switches:
                self._throw(switch, family)
        family.compiles = self.compiles
        if not self.switches.isdisjoint(MADE):
            family.tracks = self._tracks(family)

    def learn(self, family: Family, *, kernel: str | None, repeats: bool) -> None:
        """From now on, also where the model was put away meanwhile and is loaded anew."""
        known = _Known(kernel if kernel in CANDIDATES else None, repeats)
        self._known[family.card.name] = known
        known.tell(family)

    def _throw(self, switch: Switch, family: Family) -> None:
        vae = family.pipe.vae
        match switch:
            case Switch.LAYOUT:
                _lay_out(family.network)
                _lay_out(vae)
            case Switch.DECODER if _has_bfloat16(family.device) and _overflows(vae):
                vae.to(torch.bfloat16)
            # What was fused would be real weights again.
            case Switch.QKV if can_fuse(family.network) and not family.in_eight_bits:
                family.fusion = Fusion(family.network)
            case Switch.BLOCKS if getattr(family.network, "_repeated_blocks", None):
                # For all sizes and widths at once, or every new one would hold everybody up.
                family.network.compile_repeated_blocks(fullgraph=True, dynamic=True)
            case _:
                pass

    def _tracks(self, family: Family) -> Tracks:
        how = None
        if Switch.COMPILE in self.switches:
            flags = Switch.FLAGS in self.switches
            how = Compile(
                compiled=partial(self.compiled, family.network, flags=flags),
                background=self.background,
                rounding=ROUNDING_IN_EIGHT_BITS if family.in_eight_bits else ROUNDING,
            )
        recorder = None
        if Switch.GRAPHS in self.switches and family.device.type == "cuda":
            recorder = CardRecorder(family.device)

        return Tracks(
            family.network,
            family.ask_of,
            family.device,
            recorder=recorder,
            compile=how,
            moves=lambda: family.relief.is_on_the_move,
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out of a model."""

    kernel: str | None
    repeats: bool

    def tell(self, family: Family) -> None:
        family.attention.kernel = self.kernel
        family.repeats_itself = self.repeats


def _lay_out(part: Module) -> None:
    # torch says nothing of its formats to a type checker here.
    move: Any = part.to
    move(memory_format=torch.channels_last)


def _has_bfloat16(device: torch.device) -> bool:
    """On older cards it is emulated, and slow."""
    return device.type == "cpu" or torch.cuda.get_device_capability(device) >= (8, 0)


def _overflows(vae: Any) -> bool:
    """Whoever made it says so. float16 is finer where it is enough.

    What a config does not say diffusers takes for a yes.
    """
    unsaid = vae.config.get("_use_default_values") or ()
    return bool(vae.config.get("force_upcast")) and "force_upcast" not in unsaid
