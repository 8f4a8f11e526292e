"""Paints something small before the first person asks, so that nobody waits for first times."""

from collections.abc import Mapping

from engine.errors import EaselError
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.seat import Painted, Seat
from engine.job import Recipe
from engine.request import SMALLEST


def warm_up(company: Company, families: Mapping[str, Family]) -> None:
    """A real tile of every model, as small as it gets. Raises what is wrong with one."""
    outcomes: list[Painted | EaselError] = []
    for family in families.values():
        company.welcome(
            Seat(
                recipe=Recipe(
                    prompt="a warm hand",
                    model=family.card.name,
                    digest=family.card.digest,
                    width=SMALLEST,
                    height=SMALLEST,
                    steps=2,
                    guidance=family.card.guidance,
                    sampler=family.card.sampler,
                    seed=0,
                ),
                sources={},
                tell=lambda step, preview: None,
                end=outcomes.append,
            )
        )
    while company.busy:
        company.turn()
    for outcome in outcomes:
        if isinstance(outcome, EaselError):
            raise outcome
