"""Adapters: LoRAs on and off a pipeline, all of a recipe's or none."""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.extra import Extra
from engine.gpu.addons.lora_file import layers_in, read_shapes, rebuilds, require_plain
from engine.gpu.addons.opened import opening, require_finite

# As many as one recipe may call, so that two tiles with a few each do not push each other out.
KEPT = 8
# What diffusers says of a text encoder's layers where it misses some beside them.
UNREAD = "infer state dict type"

Find = Callable[[Kind, str, str], Path]
"""From kind, name and digest to the file. Raises PaintingFailed."""


class Adapters:
    """Belongs to one pipeline. What was loaded stays for a while, on the parts but silent."""

    def __init__(self, pipe: Any, model: str, find: Find, *, keep: int = KEPT) -> None:
        """`model` is its name for people."""
        self._pipe = pipe
        self._model = model
        self._find = find
        self._keep = keep
        self._loaded: OrderedDict[str, None] = OrderedDict()
        self._worn: tuple[Extra, ...] = ()
        self._layers: list[Any] = []

    def wear(self, loras: tuple[Extra, ...]) -> None:
        """Put exactly these on. Raises PaintingFailed, and then none is on."""
        if loras == self._worn:
            return
        self._take_off()
        for lora in loras:
            self._require(lora)
        self._let_go([lora.digest for lora in loras])
        self._put_on(loras)

    def _require(self, lora: Extra) -> None:
        """Loaded, and as what was used last."""
        if lora.digest in self._loaded:
            self._loaded.move_to_end(lora.digest)
            return
        file = self._find(Kind.LORA, lora.name, lora.digest)
        with opening(Kind.LORA, lora.name):
            try:
                self._load(lora, file)
            except BaseException:
                self._clean_up(lora.digest)
                raise
        self._loaded[lora.digest] = None

    def _load(self, lora: Extra, file: Path) -> None:
        require_plain(lora.name, file)
        require_finite(Kind.LORA, lora.name, file)
        shapes = read_shapes(self._pipe, file)
        if rebuilds(self._pipe, shapes):
            raise PaintingFailed(
                f"The LoRA “{lora.name}” rebuilds the network that it is put on, as those for "
                f"control do, or does not fit {self._model}. Leave it out."
            )
        with warnings.catch_warnings():
            # That there is another one already: that is how several are worn.
            warnings.simplefilter("ignore")
            self._read(lora, file)
        self._look_again()
        # Of what has no place diffusers only warns.
        if layers_in(shapes) != sum(lora.digest in layer.scaling for layer in self._layers):
            raise PaintingFailed(
                f"The LoRA “{lora.name}” changes parts that {self._model} does not have, or its "
                "file is not complete. Take the model that it is made for, or leave it out."
            )

    def _read(self, lora: Extra, file: Path) -> None:
        try:
            self._pipe.load_lora_weights(str(file), adapter_name=lora.digest, local_files_only=True)
        except ValueError as error:
            if UNREAD not in str(error):
                raise
            raise PaintingFailed(
                f"The LoRA “{lora.name}” changes only some parts of the text encoder's attention, "
                "which I cannot read. Get one that changes all of them or none, or leave it out."
            ) from None

    def _put_on(self, loras: tuple[Extra, ...]) -> None:
        for layer in self._layers:
            for lora in loras:
                layer.set_scale(lora.digest, lora.weight)
            # Not by `set_adapter`, which walks through all weights of all LoRAs: sets change with
            # every step while tiles with different ones are painted at once.
            layer._active_adapter = [lora.digest for lora in loras if lora.digest in layer.scaling]
        self._worn = loras

    def _take_off(self) -> None:
        """A layer with nothing on it answers with what is under it, untouched."""
        self._put_on(())

    def _let_go(self, wanted: Sequence[str]) -> None:
        """Those not wanted now and least recently before."""
        for digest in list(self._loaded):
            if len(self._loaded) <= self._keep:
                return
            if digest not in wanted:
                self._pipe.delete_adapters(digest)
                del self._loaded[digest]

    def _clean_up(self, digest: str) -> None:
        """Nothing of one that could not be loaded whole may stay."""
        self._look_again()
        self._pipe.delete_adapters(digest)

    def _look_again(self) -> None:
        """Loading wraps more layers, and leaves on what it loaded."""
        kind = import_module("peft.tuners.lora").LoraLayer
        parts = [getattr(self._pipe, name, None) for name in self._pipe._lora_loadable_modules]
        self._layers = [
            layer
            for part in parts
            if part is not None
            for layer in part.modules()
            if isinstance(layer, kind)
        ]
        self._take_off()
