"""Measuring: what there is time for, one part after the other, each written down at once."""

import logging
import os
import platform
import sys
from argparse import Namespace
from collections.abc import Callable, Collection, Sequence
from importlib.metadata import version
from math import inf
from time import perf_counter
from typing import NoReturn, Protocol

import torch

from benchmarks.bench import Bench
from benchmarks.plan import Part, chosen, next_part, once
from benchmarks.published import MODELS
from benchmarks.record import NotKept, OtherSetup, Record, Setup
from benchmarks.worth import parts_of
from engine.errors import EaselError
from engine.gpu.device import device_named, driver_version
from engine.gpu.hand import hand_of
from engine.switch import Switch

QUIET_S = 60.0
"""For the compilers of one part to be done before the next."""


class Beside(Protocol):
    """What takes time from whatever is measured."""

    @property
    def at_work(self) -> bool: ...

    def quiet(self, within_s: float) -> bool:
        """Waits for it, and answers whether it is over."""
        ...


def measure(
    parts: Sequence[Part],
    record: Record,
    beside: Beside,
    *,
    until: float,
    tell: Callable[[str], None],
) -> Sequence[str]:
    """What still fits; answers the names of those left out. Raises NotKept."""
    tried: set[str] = set()
    while True:
        there = record.found.keys() | tried
        failed = record.failed.keys()
        part = next_part(parts, found=there, failed=failed, left_s=until - perf_counter())
        if part is None:
            return [part.name for part in parts if part.name not in there]
        tried.add(part.name)
        beside.quiet(min(QUIET_S, until - perf_counter() - part.seconds))
        tell(f"{part.name} …")
        record.begin(part.name)
        try:
            _take(part, record, beside)
            if part.name in record.disturbed and beside.quiet(
                until - perf_counter() - part.seconds
            ):
                tell(f"{part.name} again, for a compiler was at work …")
                _take(part, record, beside)
        except torch.AcceleratorError:
            # The card itself is in disorder, and everything after this would fail in this program.
            tell(f"{part.name} failed, and the card with it. Ask again for the rest.")
            return [part.name for part in parts if part.name not in there]
        except NotKept:
            raise
        except Exception as error:  # written down, and the others go on
            tell(f"{part.name} failed: {_told(error)}")


def _take(part: Part, record: Record, beside: Beside) -> None:
    """Once. Of two that were disturbed the first stays, and of all others the one that was not."""
    started = perf_counter()
    try:
        found = part.measure()
    except Exception as error:
        if part.name not in record.found:
            record.fail(part.name, _told(error), perf_counter() - started)
        raise
    disturbed = beside.at_work
    if not (disturbed and part.name in record.found):
        record.end(part.name, found, perf_counter() - started, disturbed=disturbed)


def setup_of(device: torch.device, *, narrow: bool, without: Collection[str] = ()) -> Setup:
    """What the figures depend on here."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "a processor"
    return Setup(
        device=name,
        hand=hand_of(device),
        torch=str(torch.__version__),
        cuda=torch.version.cuda,
        diffusers=version("diffusers"),
        transformers=version("transformers"),
        python=platform.python_version(),
        narrow=narrow,
        without=", ".join(sorted(without)),
    )


def no_card(driver: str, cuda: str | None = torch.version.cuda) -> str:
    """Why none can be used, by the driver that there is and what torch was made for."""
    if not driver:
        return "There is no graphics card here."
    if cuda is None:
        return f"torch {torch.__version__} was made for processors; a card needs one with CUDA."
    return (
        f"torch {torch.__version__} can use no card here with NVIDIA's driver {driver}: "
        f"it needs one for CUDA {cuda}."
    )


def run(told: Namespace) -> None:
    """As the command says. Ends with 1 where a part failed."""
    # A trial takes as long as it takes.
    until = inf if told.narrow else perf_counter() + told.minutes * 60
    logging.basicConfig(level=logging.WARNING)
    try:
        device = device_named(told.device)
        if device.type == "cpu" and not told.narrow:
            sys.exit(f"{no_card(driver_version())} Only the way can be tried: --narrow.")
        setup = setup_of(device, narrow=told.narrow, without=told.without)
        record = Record.at(told.json, setup)
        without = frozenset(map(Switch, told.without))
        bench = Bench(device=device, narrow=told.narrow, until=until, without=without)
        parts = chosen(parts_of(bench), models=told.models or MODELS, kinds=told.parts)
        if told.narrow and not told.models:
            parts = once(parts)
        for name in told.again:
            record.forget(name)
        left_out = measure(parts, record, bench, until=until, tell=_say)
    except (EaselError, OtherSetup, NotKept) as error:
        sys.exit(str(error))
    if left_out:
        _say(f"There was no time for: {', '.join(left_out)}. Ask again for them.")
    failed = [part.name for part in parts if part.name in record.failed]
    if failed:
        _say(f"These failed: {', '.join(failed)}. The file says why.")
    end(bench, 1 if failed else 0)


def end(beside: Beside, code: int) -> NoReturn:
    """At once: Python would wait for a compiler that is at work, for minutes."""
    if beside.at_work:
        _say("The compiler was still at work. With --without flags it tries less.")
        os._exit(code)
    sys.exit(code)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
