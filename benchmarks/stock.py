"""Stock: diffusers' own pipeline in a program of its own: `python -m benchmarks.stock`.

Of ours there is nothing in it but the sizes of the model and what makes a PNG of a picture.
"""

import argparse
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import import_module
from time import perf_counter
from typing import Any

import torch

from benchmarks.answering import answer_all
from benchmarks.peak_memory import peak_of
from benchmarks.published import MODELS, Published
from benchmarks.real_size import card_of, real_size
from engine.gpu.bench.stock_call import stock_picture
from engine.job import Recipe
from engine.png import write_png

ADVISED = {
    "conv_1x1_as_mm": True,
    "coordinate_descent_tuning": True,
    "coordinate_descent_check_all_directions": True,
    "epilogue_fusion": False,
}
"""What diffusers' documentation tells the compiler."""


@dataclass(kw_only=True)
class Stock:
    """As diffusers' documentation shows it, plain or compiled, with torch's own flags."""

    model: Published
    device: torch.device
    precision: torch.dtype
    narrow: bool
    compiled: bool
    flags: bool = True
    """Whether its compiler has those that diffusers advises."""

    @cached_property
    def pipe(self) -> Any:
        pipe = real_size(self.model, self.device, self.precision, narrow=self.narrow)
        if self.compiled:
            _mend(pipe, self.model, upcasts=False)
            # On a processor only the way is tried: its compiler takes minutes.
            backend = "inductor" if self.device.type == "cuda" else "eager"
            compile_as_advised(pipe, backend, flags=self.flags)
        return pipe

    def get_ready(self) -> None:
        """What is compiled is recorded by the second picture, and played by the third."""
        card = card_of(self.model, narrow=self.narrow)
        for _ in range(2):
            self._paint(
                Recipe(
                    prompt="a red fox",
                    negative="blurry",
                    model=card.name,
                    digest=card.digest,
                    width=card.width,
                    height=card.height,
                    steps=2,
                    guidance=card.guidance,
                    sampler=card.sampler,
                    seed=0,
                )
            )

    def answer(self, question: Mapping[str, Any]) -> Any:
        """What is wanted of a recipe's picture: the seconds to it and to its file, the file, or the
        peak of memory."""
        recipe = Recipe(**question["recipe"])
        _mend(self.pipe, self.model, upcasts=question["upcasts"])
        match question["wanted"]:
            case "png":
                return b64encode(self._paint(recipe)).decode()
            case "memory":
                peak = peak_of(self.device, lambda: self._paint(recipe))
                return asdict(peak) if peak else None
            case _:
                started = perf_counter()
                image = stock_picture(self.pipe, recipe)
                there = perf_counter()
                write_png(image, recipe)
                return there - started, perf_counter() - started

    def _paint(self, recipe: Recipe) -> bytes:
        """From the words to the file."""
        return write_png(stock_picture(self.pipe, recipe), recipe)


def compile_as_advised(pipe: Any, backend: str, *, flags: bool) -> None:
    """The network and the decoder, laid out for convolutions, with CUDA graphs on a card."""
    options = {"mode": "reduce-overhead"} if backend == "inductor" else {}
    config = import_module("torch._inductor.config")
    for name, value in ADVISED.items() if flags else ():
        setattr(config, name, value)
    part_name = "unet" if "unet" in pipe.components else "transformer"
    network, vae, program = getattr(pipe, part_name), pipe.vae, _compile()
    for part in (network, vae):
        part.to(memory_format=torch.channels_last)
    setattr(pipe, part_name, program(network, fullgraph=True, backend=backend, **options))
    vae.decode = program(vae.decode, fullgraph=True, backend=backend, **options)


def _mend(pipe: Any, model: Published, *, upcasts: bool) -> None:
    """Not to upcast is what the autoencoder says that people mended for float16."""
    vae = pipe.vae
    if model.upcasts and vae.config.force_upcast != upcasts:
        vae.register_to_config(force_upcast=upcasts)


def _compile() -> Any:
    """Untyped, as torch's own types of it know only plain functions."""
    return torch.compile


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("model", choices=MODELS)
    asked.add_argument("device")
    asked.add_argument("precision")
    asked.add_argument("--narrow", action="store_true")
    asked.add_argument("--compiled", action="store_true")
    asked.add_argument("--without-flags", action="store_true", help="of the compiler")
    asked.add_argument("--threads", type=int, help="of a processor")
    told = asked.parse_args()
    if told.threads:
        torch.set_num_threads(told.threads)
    stock = Stock(
        model=MODELS[told.model],
        device=torch.device(told.device),
        precision=getattr(torch, told.precision),
        narrow=told.narrow,
        compiled=told.compiled,
        flags=not told.without_flags,
    )
    answer_all(stock.answer, first=stock.get_ready)


if __name__ == "__main__":
    main()
