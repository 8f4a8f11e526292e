"""Memory: what happens when the device runs out of it."""

import logging
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

import torch

from engine.gpu.device import free, ran_out_of_memory
from engine.gpu.family import Family
from engine.gpu.warm import Warm
from engine.ladder import Rung, Strain, Work, next_rung

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class Memory:
    """Climbs the ladder for work that ran out of memory, until it fits or nothing is left."""

    def __init__(self, device: torch.device, warm: Warm) -> None:
        self._device = device
        self._warm = warm

    def once(self, work: Callable[[], Outcome], strain: Strain) -> Outcome | None:
        """What the work makes; None where memory ran out, and then the rows must be halved."""
        started = perf_counter()
        outcome, fitted = self._tried(work)
        if not fitted:
            strain.add(Rung.HALVE, perf_counter() - started)
        return outcome

    def enough_for(
        self, kind: Work, family: Family | None, work: Callable[[], Outcome], strain: Strain
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
            rung = next_rung(kind, taken=taken, possible=self._possible(family, taken))
            if rung is not None:
                log.warning("memory ran out at %s, so %s", kind, rung)
                self._take(rung, family)
                taken.add(rung)
            strain.add(rung, perf_counter() - started)
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

    def _possible(self, family: Family | None, taken: set[Rung]) -> set[Rung]:
        possible = {Rung.EMPTY}
        if self._warm.has_idle:
            possible.add(Rung.DROP)
        if family is not None:
            relief = family.relief
            possible |= relief.possible - (relief.in_force - {Rung.TILE})
        return possible

    def _take(self, rung: Rung, family: Family | None) -> None:
        match rung:
            case Rung.EMPTY:
                free(self._device)
            case Rung.DROP:
                self._warm.put_one_away()
                free(self._device)
            case _ if family is not None:
                family.relief.take(rung)
                free(self._device)
