"""Apprentice: sees to it that the first price of each model is a measured one."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace

from engine.crew import Crew
from engine.curve import Curve, curves_of
from engine.errors import PainterGone, PaintingFailed
from engine.job import Recipe
from engine.ports import Painter
from engine.request import ImageRequest
from engine.tariff import Tariff
from engine.tiles import tiles_of

log = logging.getLogger(__name__)

STEPS = 8
"""Enough to tell steps from the rest, and few where a step takes long."""


async def learn_speeds(tariff: Tariff, crew: Crew) -> None:
    """Of each painter with the models that it was never timed with here.

    Who has not measured itself while it warmed up paints a first picture.
    """
    async with asyncio.TaskGroup() as tasks:
        for member in crew:
            tasks.create_task(_learn(tariff, member.painter))


async def _learn(tariff: Tariff, painter: Painter) -> None:
    for card in painter.cards.values():
        request = ImageRequest(prompt="a first picture", steps=min(STEPS, card.steps))
        [tile] = tiles_of(request, card, seed=0)
        if tariff.knows(tile.recipe, painter.name):
            continue
        if curves := curves_of(painter).get(card.name):
            _expect(tariff, tile.recipe, curves, painter.name)
            continue
        try:
            picture = await painter.paint(tile.recipe, {}, lambda step, preview: None)
        except (PaintingFailed, PainterGone) as error:
            log.warning("the first prices of %s are guesses: %s", card.name, error)
        else:
            tariff.observe(tile.recipe, picture.seconds, painter.name)


def _expect(tariff: Tariff, recipe: Recipe, curves: Iterable[Curve], painter: str) -> None:
    """At each size that was measured, with the guidance that is usual and without."""
    for curve in curves:
        sized = replace(recipe, width=curve.width, height=curve.height)
        tariff.expect(sized, curve.alone, painter)
        if curve.lone is not None:
            tariff.expect(replace(sized, guidance=1.0), curve.lone, painter)
