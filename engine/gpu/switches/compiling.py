"""Compiling: a network as one program of the compiler, for one shape at a time."""

import logging
import os
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import torch
from torch.nn import Module

log = logging.getLogger(__name__)

PLACE = "TORCHINDUCTOR_CACHE_DIR"
# Each shape and width is a program of its own, and torch gives up after eight of them.
MOST_PROGRAMS = 128
FLAGS = {
    "conv_1x1_as_mm": True,
    "coordinate_descent_tuning": True,
    "coordinate_descent_check_all_directions": True,
    "epilogue_fusion": False,
}
"""What diffusers' own measurements of compiled pipelines found best."""


def compiled(network: Module, *, flags: bool, backend: str = "inductor") -> Any:
    """The same network with the same weights, compiled for each shape when that is first asked.

    For the thread that paints, whoever asks the program then.
    """
    if backend == "inductor":
        _trace_ahead()
        # What ends its compilers with the program must come after what waits for them then, and so
        # be there before.
        import_module("torch._inductor.async_compile")
    program: Any = torch.compile(
        network,
        fullgraph=True,
        dynamic=False,
        backend=backend,
        options=dict(FLAGS) if flags and backend == "inductor" else None,
    )
    return program


def _trace_ahead() -> None:
    """What torch traces at its first compilation and keeps.

    While it traces, every network of this process fails that is asked in another thread.
    """
    shim: Any = import_module("torch._inductor.loop_body").InterpreterShim
    shim._dummy_gm()


def at_length() -> AbstractContextManager[None]:
    """For the thread that compiles: torch keeps its limits for each."""
    config: Any = torch._dynamo.config
    room: AbstractContextManager[None] = config.patch(
        recompile_limit=MOST_PROGRAMS, accumulated_recompile_limit=2 * MOST_PROGRAMS
    )
    return room


def never() -> AbstractContextManager[None]:
    """For the thread that paints: what would have to be compiled is an error there."""
    config: Any = torch._dynamo.config
    refused: AbstractContextManager[None] = config.patch(error_on_recompile=True)
    return refused


def keep_programs_in(folder: Path) -> None:
    """So that the next start need not compile them; elsewhere only where the owner said so.

    It is tried first: torch makes it when it is imported, and nothing would paint where it cannot.
    """
    if PLACE in os.environ:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            os.environ[PLACE] = str(folder.absolute())
    except OSError as error:
        log.warning(
            "%s cannot be written, so what is compiled is not kept there: %s", folder, error
        )
