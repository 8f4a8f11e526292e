"""Recorder: all that a card does in a forward, recorded once and played back without Python."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.gpu.device import idle_memory
from engine.gpu.switches.held import Held

Work = Callable[[], Tensor]

# torch and its libraries choose and reserve in the first rounds what a recording must find there.
ROUNDS_BEFORE = 3


class Recorder(Protocol):
    """Playing back reads the very tensors that the work read, and answers in one that it reuses."""

    @property
    def held(self) -> int:
        """Bytes that only recordings can use."""
        ...

    def record(self, work: Work) -> Work: ...


class CardRecorder:
    """By CUDA graphs. They share their memory, for never are two of them played at once."""

    def __init__(
        self, device: torch.device, *, cuda: Any = torch.cuda, bindings: Any = torch._C
    ) -> None:
        """`cuda` and `bindings` are what is asked for all that a card does."""
        self._device = device
        self._cuda = cuda
        self._bindings = bindings
        # Always the same: memory of a pool is kept for each stream.
        self._aside: Any = None
        self._pool: Any = None
        self._held = Held()

    @property
    def held(self) -> int:
        return self._held.bytes

    def record(self, work: Work) -> Work:
        cuda = self._cuda
        if self._aside is None:
            self._aside = cuda.Stream(self._device)
        aside, usual = self._aside, cuda.current_stream(self._device)
        aside.wait_stream(usual)
        with cuda.stream(aside):
            for _ in range(ROUNDS_BEFORE):
                work()
        usual.wait_stream(aside)
        cuda.synchronize(self._device)
        graph = cuda.CUDAGraph()
        if self._pool is None or not self._held:
            # torch refuses a pool of which nothing is left.
            self._pool = cuda.graph_pool_handle()
        # Else cuBLAS would work in memory that others may be given while this is played.
        self._bindings._cuda_clearCublasWorkspaces()
        try:
            # What the event loop does meanwhile is none of it. Nothing is compiled meanwhile.
            with cuda.graph(
                graph, pool=self._pool, stream=aside, capture_error_mode="thread_local"
            ):
                # In here torch takes all memory from the pool.
                before = idle_memory(self._device, cuda)
                answer = work()
                grown = idle_memory(self._device, cuda) - before
        except Exception:
            self._give_up_pool()
            raise
        finally:
            # torch leaves another one in force where it failed.
            cuda.set_stream(usual)
            self._bindings._cuda_clearCublasWorkspaces()

        def played() -> Tensor:
            graph.replay()
            return answer

        self._held.add(played, grown)
        return played

    def _give_up_pool(self) -> None:
        """Where a recording broke, torch believes that it goes on, until it is told otherwise.

        From then on it would fail whenever it is to give memory back, and keep what was let go.
        """
        where = self._cuda.current_device(), self._pool
        with suppress(RuntimeError):  # where the recording ended as any other does
            self._bindings._cuda_endAllocateToPool(*where)
            self._bindings._cuda_releasePool(*where)
            # Of main memory it cannot be told, and would refuse the pool the next time.
            self._pool = None
