"""Fits: what the usual models need of a card, on each rung of the memory ladder.

Computed, not measured: weights from the published descriptions of the architectures, and the room
for one picture as the most bytes that are alive at a time in a step or while it is decoded whole,
with an attention that keeps no table of all pairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model_words import GIB
from engine.ladder import FOR_MODELS, OFFLOADS

HALF = 2
"""Bytes of a weight on a card."""
RUNGS = tuple(OFFLOADS)
"""As EASEL_OFFLOAD names them."""
COLUMNS = ("model", "size", *RUNGS, "here")
TOO_LARGE = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A model: how many weights each part has, and bytes for one picture by its side.

    `blocks` and `layers` are how many of the network's are on the card at a time: what belongs to
    no block and two blocks, one of which comes while the other is used; and the largest layer.
    """

    name: str
    network: int
    blocks: int
    layers: int
    others: tuple[int, ...]
    room: Mapping[int, int]

    def weights(self, rung: str, each: int = HALF) -> int:
        """Bytes on the card at the same time, with so many for each weight."""
        largest = max(self.others)
        match rung:
            case "none":
                return (self.network + sum(self.others)) * each
            case "parts":
                return (self.network + largest) * each
            case "blocks":
                return max(self.blocks, largest) * each
            case _:
                return max(self.layers, largest) * each

    def card(self, rung: str, side: int) -> int:
        """Bytes that a card must have for a picture of that side, on that rung."""
        weights = self.weights(rung)
        return max(round(weights / FOR_MODELS), weights + self.room[side])


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes that loaded models may take here, and all that there are; whether parts of a model can
    wait elsewhere, and bytes of a weight."""

    models: int
    whole: int
    movable: bool
    weight: int


CLIP, CLIP_WITH_GIST, CLIP_LARGE = 123_060_480, 123_650_304, 694_659_840
T5, AUTOENCODER, AUTOENCODER_16 = 4_762_310_656, 83_653_863, 83_819_683
ROOM = {768: 906_264_576, 1024: 1_611_137_024, 1536: 3_625_058_304}
"""With sixteen channels of latents decoding takes most, whatever the network."""
KINDS = (
    Kind(
        name="SD 1.5",
        network=859_520_964,
        blocks=519_684_804,
        layers=29_492_480,
        others=(CLIP, AUTOENCODER),
        room={512: 402_718_720, 768: 906_117_120, 1024: 1_610_874_880},
    ),
    Kind(
        name="SDXL",
        network=2_567_463_684,
        blocks=2_384_410_564,
        layers=29_492_480,
        others=(CLIP, CLIP_LARGE, AUTOENCODER),
        room={768: 906_117_120, 1024: 1_610_874_880, 1536: 3_624_468_480},
    ),
    Kind(
        name="SD3 medium, no T5",
        network=2_028_328_000,
        blocks=189_438_016,
        layers=14_164_992,
        others=(CLIP_WITH_GIST, CLIP_LARGE, AUTOENCODER_16),
        room=ROOM,
    ),
    Kind(
        name="SD3 medium",
        network=2_028_328_000,
        blocks=189_438_016,
        layers=14_164_992,
        others=(CLIP_WITH_GIST, CLIP_LARGE, T5, AUTOENCODER_16),
        room=ROOM,
    ),
    Kind(
        name="FLUX.1",
        network=11_901_408_320,
        blocks=743_787_584,
        layers=56_641_536,
        others=(CLIP, T5, AUTOENCODER_16),
        room=ROOM,
    ),
)


def rung_here(kind: Kind, side: int, memory: Memory) -> str | None:
    """The first rung on which a picture of that side can be painted; None where there is none."""
    room = kind.room[side] * memory.weight // HALF
    for rung in RUNGS if memory.movable else RUNGS[:1]:
        weights = kind.weights(rung, memory.weight)
        if weights <= memory.models and weights + room <= memory.whole:
            return rung
    return None


def rows(memory: Memory | None) -> list[tuple[str, ...]]:
    """A line for each model and size under COLUMNS; without a memory what fits here is left out."""
    table: list[tuple[str, ...]] = [COLUMNS if memory else COLUMNS[:-1]]
    for kind in KINDS:
        for side in kind.room:
            needed = (f"{kind.card(rung, side) / GIB:.1f} GiB" for rung in RUNGS)
            here = (rung_here(kind, side, memory) or TOO_LARGE,) if memory else ()
            table.append((kind.name, f"{side}×{side}", *needed, *here))
    return table
