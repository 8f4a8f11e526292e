"""Memory: what happens when the device runs out of it."""

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Protocol, TypeVar

import torch

from engine.gpu.device import free, ran_out_of_memory
from engine.gpu.warm import Warm
from engine.ladder import Rung, Strain, Work, next_rung
from engine.meter import Meter, Relieved

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class Eased(Protocol):
    """A model that can do with less: one that is loaded, or is to be."""

    in_force: set[Rung]

    @property
    def possible(self) -> frozenset[Rung]:
        """Rungs that would help it, of those in force only what can be taken further."""
        ...

    def take(self, rung: Rung) -> None: ...


class Memory:
    """Climbs the ladder for work that ran out of memory, until it fits or nothing is left."""

    def __init__(self, device: torch.device, warm: Warm, meter: Meter | None = None) -> None:
        self._device = device
        self._warm = warm
        self._meter = meter or Meter()

    def once(self, work: Callable[[], Outcome], strain: Strain) -> Outcome | None:
        """What the work makes; None where memory ran out, and then the rows must be halved."""
        started = perf_counter()
        outcome, fitted = self._tried(work)
        if not fitted:
            strain.add(Rung.HALVE, perf_counter() - started)
            self._meter.tell(Relieved(work=Work.FORWARD, rung=Rung.HALVE))
        return outcome

    def enough_for(
        self, kind: Work, eased: Eased, work: Callable[[], Outcome], strain: Strain
    ) -> Outcome | None:
        """What the work makes, on whichever rung; None where it does not fit on any.

        The work must change nothing before it is done.
        """
        taken: set[Rung] = set()
        while True:
            started = perf_counter()
            outcome, fitted = self._tried(work)
            if fitted:
                return outcome
            rung = next_rung(kind, taken=taken, possible=self._possible(eased))
            if rung is not None:
                log.warning("memory ran out at %s, so %s", kind, rung)
                self._take(rung, eased)
                taken.add(rung)
            strain.add(rung, perf_counter() - started)
            self._meter.tell(Relieved(work=kind, rung=rung))
            if rung is None:
                return None

    def _tried(self, work: Callable[[], Outcome]) -> tuple[Outcome | None, bool]:
        try:
            return work(), True
        except Exception as error:
            if not ran_out_of_memory(error):
                raise
        # Only after the block: its traceback keeps the tensors that did not fit.
        return None, False

    def _possible(self, eased: Eased) -> set[Rung]:
        possible = {Rung.EMPTY} | (eased.possible - (eased.in_force - {Rung.TILE}))
        if self._warm.has_idle:
            possible.add(Rung.DROP)
        return possible

    def _take(self, rung: Rung, eased: Eased) -> None:
        match rung:
            case Rung.EMPTY:
                self._warm.forget_recordings()
                free(self._device)
            case Rung.DROP:
                self._warm.put_one_away()
                free(self._device)
            case _:
                eased.take(rung)
                free(self._device)
