"""Stock diffusers: one call of its own pipeline after the other, as its documentation shows."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from time import perf_counter
from types import TracebackType
from typing import Any, Self

import torch
from PIL.Image import Image

from engine.errors import Cancelled, PaintingFailed
from engine.gpu.bench.measured import Run
from engine.gpu.bench.stock_call import stock_picture
from engine.gpu.device import prepare
from engine.gpu.family import Family
from engine.gpu.samplers import noise_of
from engine.job import Recipe
from engine.png import write_png
from engine.sampler import sampler_named


class Stock:
    """A pipeline in a thread of its own that has as many cores as the engine's thread.

    The weights are loaded as the engine loads them; of ours there is nothing else in it.
    """

    def __init__(self, family: Family, device: torch.device) -> None:
        self._pipe = family.pipe
        self._config = dict(family.pipe.scheduler.config)
        self._noise = noise_of(
            {**self._config, "_class_name": type(family.pipe.scheduler).__name__}
        )
        self._closing = False
        # torch keeps the number of its threads per thread.
        self._thread = ThreadPoolExecutor(1, initializer=prepare, initargs=(device,))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing = True
        self._thread.shutdown(cancel_futures=True)

    async def run(self, recipes: Sequence[Recipe], *, threads: int | None = None) -> Run:
        """Paint all, with so many threads of torch, else with as many as the engine has."""
        return await asyncio.wrap_future(self._thread.submit(self._run, recipes, threads))

    async def threads(self) -> int:
        """How many torch has there, as in the engine's thread."""
        return await asyncio.wrap_future(self._thread.submit(torch.get_num_threads))

    def _run(self, recipes: Sequence[Recipe], threads: int | None) -> Run:
        usual = torch.get_num_threads()
        # Not timed, in its favour: a program might keep them from job to job.
        schedulers = [self._scheduler(recipe) for recipe in recipes]
        waits, pictures = [], []
        torch.set_num_threads(threads or usual)
        try:
            started = perf_counter()
            for recipe, scheduler in zip(recipes, schedulers, strict=True):
                if self._closing:
                    raise Cancelled("The measurement was stopped.")
                asked = perf_counter()
                pictures.append(write_png(self._paint(recipe, scheduler), recipe))
                waits.append(perf_counter() - asked)
            seconds = perf_counter() - started
        finally:
            torch.set_num_threads(usual)
        return Run(seconds=seconds, waits=tuple(waits), pictures=tuple(pictures))

    def _paint(self, recipe: Recipe, scheduler: Any) -> Image:
        self._pipe.scheduler = scheduler
        return stock_picture(self._pipe, recipe)

    def _scheduler(self, recipe: Recipe) -> Any:
        solver = sampler_named(recipe.sampler).solver(self._noise)
        if solver is None:
            raise PaintingFailed(f"{recipe.sampler} does not work with {recipe.model}.")
        kind = getattr(import_module("diffusers"), solver.scheduler)
        shift: dict[str, Any] = {}
        if solver.options.get("use_flow_sigmas"):
            # The same number under two names.
            shift = {"flow_shift": self._config.get("shift", 1.0)}
        return kind.from_config(self._config, **solver.options, **shift)
