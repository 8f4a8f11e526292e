"""Voyage: where a ferry goes, as its parent tells it when it starts it."""

import json
from dataclasses import asdict, dataclass

from engine.afar.node import CPU, Berth, Node

PLACED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voyage:
    """`address` is the cluster's. Who is not placed within that time is not waited for."""

    address: str
    berth: Berth
    placed_within_s: float = PLACED_WITHIN_S

    @property
    def gpus(self) -> int:
        return 0 if self.berth.device == CPU else 1

    @property
    def cpus(self) -> int:
        return 1 - self.gpus

    def told(self) -> str:
        """As one argument of a command."""
        return json.dumps(asdict(self))


def voyage_of(told: str) -> Voyage:
    """What `told` wrote. Raises ValueError."""
    try:
        parts = json.loads(told)
        berth = parts.pop("berth")
        return Voyage(berth=Berth(node=Node(**berth.pop("node")), **berth), **parts)
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError("that is no voyage") from error
