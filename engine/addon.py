"""Add-ons: the LoRAs and their like that lie beside the models, known without loading them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.nearest import did_you_mean
from engine.phrase import Phrase


class Kind(StrEnum):
    """What an add-on does, by the name of the folder that holds its kind."""

    LORA = "loras"
    EMBEDDING = "embeddings"
    CONTROLNET = "controlnets"
    IP_ADAPTER = "ip-adapters"
    UPSCALER = "upscalers"

    @property
    def spoken(self) -> str:
        return SPOKEN[self]


SPOKEN = {
    Kind.LORA: "LoRA",
    Kind.EMBEDDING: "embedding",
    Kind.CONTROLNET: "ControlNet",
    Kind.IP_ADAPTER: "IP-Adapter",
    Kind.UPSCALER: "upscaler",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addon:
    """A file or folder of a kind. `architecture` as on a ModelCard; empty where it fits any.

    `steps`, `guidance` and `sampler` are what a LoRA for few steps likes best, where somebody wrote
    that down.
    """

    kind: Kind
    name: str
    digest: str
    architecture: str = ""
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None

    def fits(self, card: ModelCard) -> bool:
        return not self.architecture or self.architecture == card.architecture


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file or folder that lies there and cannot be used. `why` is a sentence with the mend."""

    kind: Kind
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All add-ons that there are at this moment, and what lies beside them in vain."""

    addons: Sequence[Addon] = ()
    refused: Sequence[Refused] = ()
    _by_name: Mapping[tuple[Kind, str], Addon] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = {(addon.kind, addon.name.lower()): addon for addon in self.addons}
        object.__setattr__(self, "_by_name", named)

    def of(self, kind: Kind) -> list[Addon]:
        return [addon for addon in self.addons if addon.kind is kind]

    def names(self, kind: Kind) -> list[str]:
        return [addon.name for addon in self.of(kind)]

    def find(self, kind: Kind, name: str, card: ModelCard) -> Addon:
        """The one of that name, whatever its case. Raises InvalidRequest where it does not fit."""
        addon = self._by_name.get((kind, name.lower()))
        if addon is None:
            for other in self.refused:
                if (other.kind, other.name.lower()) == (kind, name.lower()):
                    raise InvalidRequest(
                        "The {kind} “{name}” cannot be used: {why}",
                        kind=kind.spoken,
                        name=other.name,
                        why=other.why,
                    )
            fitting = [other.name for other in self.of(kind) if other.fits(card)]
            raise InvalidRequest(
                "I have no {kind} “{name}”. {mend}",
                kind=kind.spoken,
                name=name[:60],
                mend=_mend(name, fitting, kind),
            )
        if not addon.fits(card):
            raise InvalidRequest(
                "The {kind} “{name}” is made for {wanted}, and {model} is {there}. Take another "
                "model or leave it out.",
                kind=kind.spoken,
                name=addon.name,
                wanted=addon.architecture,
                model=card.name,
                there=card.architecture,
            )
        return addon


def _mend(name: str, fitting: Sequence[str], kind: Kind) -> Phrase:
    if not fitting:
        return Phrase(
            "There is none for this model yet: they go into the folder {folder}.", folder=kind.value
        )
    return did_you_mean(name, fitting)
