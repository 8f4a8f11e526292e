"""Reference: the IP-Adapters of a model, which make its network take over the look of a picture.

The pictures of a tile are rows like its words, so tiles with other pictures share a forward. The
weights belong to the network while it wears the adapters, and so to the group of a tile.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.addon import Kind
from engine.extra import Reference
from engine.gpu.addons.eye import Eye, encoder_beside, load_eye
from engine.gpu.addons.ip_adapter import Adapter, load_adapter, projection_of, together
from engine.gpu.addons.shelves import Shelves
from engine.gpu.images.source import open_picture
from engine.gpu.lately import Lately
from engine.job import Recipe
from engine.request import MOST_CONTROLS

LOOK = "look"
# Of a network that wears adapters, as diffusers calls it.
WEARING = "ip_image_proj"


class Looks:
    """Adapters are loaded when they are first used; to change them costs no copying."""

    def __init__(self, pipe: Any, shelves: Shelves, device: torch.device) -> None:
        self._network = pipe.unet
        self._file = partial(shelves.file, Kind.IP_ADAPTER)
        self._usual = dict(pipe.unet.attn_processors)
        self._worn: tuple[tuple[str, float], ...] = ()

        def load(asked: tuple[str, str]) -> Adapter:
            self.wear(())
            return load_adapter(pipe, self._file(*asked))

        self._adapters: Lately[tuple[str, str], Adapter] = Lately(load, most=MOST_CONTROLS)
        dtype = pipe.unet.dtype
        # One serves most adapters, and it is as large as several of them.
        self._eyes: Lately[Path, Eye] = Lately(
            lambda folder: load_eye(folder, device, dtype), most=1
        )

    def wear(self, references: Sequence[Reference]) -> None:
        """The network as it was without any, where there are none."""
        heard = _heard(references)
        wanted = tuple((each.digest, each.weight) for each in heard)
        if wanted == self._worn:
            return
        adapters = [self._adapters[each.name, each.digest] for each in heard]
        self._worn = ()
        processors = dict(self._usual)
        projection = None
        if adapters:
            processors |= together(adapters, [each.weight for each in heard])
            projection = projection_of(adapters)
        # First nothing: some projections have attentions too, which would be counted.
        self._network.encoder_hid_proj = None
        self._network.set_attn_processor(processors)
        self._network.encoder_hid_proj = projection
        self._network.config.encoder_hid_dim_type = WEARING if adapters else None
        self._worn = wanted

    def pictures(
        self, recipe: Recipe, sources: Mapping[str, bytes], count: int
    ) -> Mapping[str, Tensor]:
        """What each adapter is told of its picture, in two rows, the unwanted first, or one."""
        rows = {}
        for number, each in enumerate(_heard(recipe.references)):
            asked = each.name, each.digest
            sees = self._adapters[asked].sees
            eye = self._eyes[encoder_beside(self._file(*asked), sees)]
            picture = open_picture(sources[each.image], mode="RGB")
            rows[f"{LOOK} {number}"] = eye(picture, parts=sees.parts, guided=count > 1)
        return rows


def looks_in(conditioning: Mapping[str, Tensor]) -> Mapping[str, list[Tensor]]:
    """As the network takes them."""
    looks = [rows for name, rows in conditioning.items() if name.startswith(LOOK)]
    return {"image_embeds": looks} if looks else {}


def _heard(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Without those that have no weight: they change nothing and cost nothing."""
    return tuple(each for each in references if each.weight)
