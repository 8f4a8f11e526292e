"""Switch: one way to have pictures painted quicker, each by itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Switch(StrEnum):
    """In the order in which they are thrown. None changes what a picture shows, only its last bits.

    LAYOUT       channels side by side in memory, as convolutions on cards want them
    DECODER      an autoencoder that is said to overflow in float16 is in bfloat16
    ATTENTION    the kernel that was the quickest when the model was warmed up
    QKV          three products of attention as one
    BLOCKS       the blocks that a network repeats are compiled once, for all sizes
    COMPILE      the whole network is compiled for what is asked often, in the background
    FLAGS        the compiler tries more before it decides
    GRAPHS       what is asked often is recorded, and played back without Python
    """

    LAYOUT = "channels-last"
    DECODER = "bf16-decoder"
    ATTENTION = "attention"
    QKV = "fused-qkv"
    BLOCKS = "blocks"
    COMPILE = "compile"
    FLAGS = "flags"
    GRAPHS = "graphs"


# Fused products gain nothing where the network is compiled, and compiled blocks would hold up
# everybody whenever somebody asks for a size that nobody had asked for.
OF_CARDS = frozenset(Switch) - {Switch.QKV, Switch.BLOCKS}
USUAL: Mapping[str, frozenset[Switch]] = {"cpu": frozenset(), "cuda": OF_CARDS}
"""By the kind of device. On a processor pictures are, bit for bit, those of the stock pipelines."""
SEEN = frozenset({Switch.LAYOUT, Switch.DECODER, Switch.ATTENTION, Switch.QKV, Switch.BLOCKS})
"""Those that round otherwise also where a tile is to be exact. It never is compiled or recorded."""
COMPILING = frozenset({Switch.COMPILE, Switch.BLOCKS})
"""Those that need a C compiler, on a card."""
AUTO, NONE, WITHOUT = "auto", "none", "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whose Easel it is wants `only` these, or what suits the device, `without` some."""

    only: frozenset[Switch] | None = None
    without: frozenset[Switch] = frozenset()

    def on(self, device: str) -> frozenset[Switch]:
        """On a device of that kind."""
        return (USUAL[device] if self.only is None else self.only) - self.without


def switches_named(names: Collection[str]) -> Chosen:
    """Without any name the device decides. Raises ValueError where they cannot be meant."""
    without = frozenset(Switch(name[1:]) for name in names if name.startswith(WITHOUT))
    others = {name for name in names if not name.startswith(WITHOUT)}
    if others <= {AUTO}:
        return Chosen(without=without)
    if without:
        raise ValueError("only of what suits the device something can be left out")
    return Chosen(only=frozenset() if others == {NONE} else frozenset(map(Switch, others)))
