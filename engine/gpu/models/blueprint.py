"""Blueprint: what the parts of a kind of checkpoint are, for single files do not say it.

Each folder beside this file is one, laid out as diffusers lays out a model, without the weights.
Its layout.json says how such a file looks: shapes that no other kind has, and how many tensors
each part has under which beginning of their names. The words of CLIP are the same for all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.gpu.models.architecture import FAMILIES, Architecture
from engine.gpu.models.header import Header

BLUEPRINTS = Path(__file__).with_name("blueprints")
INDEX = "model_index.json"
LAYOUT = "layout.json"
WORDS = "clip"
TOKENIZER = "tokenizer"


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """One kind of checkpoint, in its folder."""

    folder: Path

    @cached_property
    def index(self) -> Mapping[str, Any]:
        return self._read(INDEX)

    @cached_property
    def kind(self) -> Architecture:
        return FAMILIES[self.index["_class_name"]]

    @property
    def words(self) -> Path:
        """The folder with the vocabulary that its tokenizers share."""
        return self.folder.with_name(WORDS)

    @cached_property
    def tokenizers(self) -> Mapping[str, Mapping[str, Any]]:
        """By their names in the index, how each differs from the others."""
        return {
            part: self._read(f"{part}/tokenizer_config.json")
            for part, what in self.index.items()
            if part.startswith(TOKENIZER) and what != [None, None]
        }

    @cached_property
    def left_out(self) -> Sequence[str]:
        """The parts that the pipeline knows and such a file does not have."""
        return [part for part, what in self.index.items() if what == [None, None]]

    @cached_property
    def prediction(self) -> str | None:
        """What its network usually answers with; None where there is only one way."""
        usual: str | None = self._layout.get("prediction")
        return usual

    @cached_property
    def if_v(self) -> Mapping[str, Mapping[str, Any]]:
        """What else is different, by part, where the network answers with v."""
        changes: Mapping[str, Mapping[str, Any]] = self._layout.get("if_v", {})
        return changes

    def config(self, part: str) -> Mapping[str, Any]:
        """The part's description as diffusers keeps it."""
        return self._read(f"{part}/{'scheduler_' if part == 'scheduler' else ''}config.json")

    def fits(self, header: Header) -> bool:
        """True where the network in the file has the shapes of this kind."""
        return all(
            name in header.tensors and _like(header.tensors[name].shape, shape)
            for name, shape in self._layout["shapes"].items()
        )

    def parts(self, header: Header) -> Mapping[str, tuple[list[str], int]]:
        """By part, the names of its tensors in the file, and how many there ought to be."""
        return {
            part: (
                [name for name in header.tensors if name.startswith(tuple(layout["prefixes"]))],
                layout["tensors"],
            )
            for part, layout in self._layout["parts"].items()
        }

    @cached_property
    def _layout(self) -> Mapping[str, Any]:
        return self._read(LAYOUT)

    def _read(self, name: str) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads((self.folder / name).read_text("utf-8"))
        return content


def blueprints_in(folder: Path) -> list[Blueprint]:
    """All that there are."""
    return [Blueprint(folder=layout.parent) for layout in sorted(folder.glob(f"*/{LAYOUT}"))]


def _like(shape: Sequence[int], wanted: Sequence[int | None]) -> bool:
    """None stands for any number."""
    return len(shape) == len(wanted) and all(
        want is None or side == want for side, want in zip(shape, wanted, strict=True)
    )
