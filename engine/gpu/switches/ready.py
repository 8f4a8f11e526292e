"""Ready: what is measured and made of a model before the first person asks for it."""

import logging
from time import perf_counter

import torch

from engine.gpu.device import settle
from engine.gpu.family import Family
from engine.gpu.painting import BLANK
from engine.gpu.switches.shape import WIDTHS
from engine.job import Recipe

log = logging.getLogger(__name__)


class Ready:
    """For one loaded model and recipes like that one. Call what is wanted, in this order."""

    @torch.inference_mode()
    def __init__(self, family: Family, recipe: Recipe) -> None:
        self._family = family
        family.wear(recipe)
        painting = family.begin(recipe, BLANK, family.told(recipe, {}))
        self._rows = family.rows(painting)

    @torch.inference_mode()
    def choose_attention(self) -> None:
        """Once: another kernel is another rounding."""
        attention = self._family.attention
        if attention.kernel is None:
            attention.choose(self._seconds)
            by = attention.kernel or "torch's own choice"
            log.info("%s: attention by %s", self._family.card.name, by)

    @torch.inference_mode()
    def record(self, most_rows: int) -> None:
        for width in (width for width in WIDTHS if width <= most_rows):
            self._family.prepare(self._rows.padded(width), compiles=False)

    @torch.inference_mode()
    def compile(self) -> None:
        """As wide as one tile alone. What else is asked for will show."""
        self._family.prepare(self._rows, compiles=True)

    def _seconds(self) -> float:
        settle(self._family.device)
        started = perf_counter()
        self._family.forward(self._rows)
        settle(self._family.device)
        return perf_counter() - started
