"""Apprentice: sees to it that the first price of each model is a measured one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from engine.card import ModelCard
from engine.crew import Crew
from engine.curve import Curve, curves_of
from engine.errors import PainterGone, PaintingFailed
from engine.job import Recipe
from engine.ports import Painter
from engine.request import ImageRequest
from engine.tariff import Tariff
from engine.tiles import tiles_of

log = logging.getLogger(__name__)

FOLLOWS_S = 30.0
STEPS = 8
"""Enough to tell steps from the rest, and few where a step takes long."""


async def learn_speeds(tariff: Tariff, crew: Crew) -> None:
    """Of each painter with the models that it was never timed with here.

    Who has not measured itself while it warmed up paints a first picture.
    """
    async with asyncio.TaskGroup() as tasks:
        for member in crew:
            tasks.create_task(_learn(tariff, member.painter))


async def follow_speeds(
    tariff: Tariff,
    crew: Crew,
    *,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """For ever. What painters measure anew, or who joins has measured, is in the next prices."""
    while True:
        await pause(FOLLOWS_S)
        for member in crew:
            _expect_of(tariff, member.painter)


async def _learn(tariff: Tariff, painter: Painter) -> None:
    _expect_of(tariff, painter)
    for card in painter.cards.values():
        recipe = _first(card)
        if tariff.knows(recipe, painter.name):
            continue
        try:
            picture = await painter.paint(recipe, {}, lambda step, preview: None)
        except (PaintingFailed, PainterGone) as error:
            log.warning("the first prices of %s are guesses: %s", card.name, error)
        else:
            tariff.observe(recipe, picture.seconds, painter.name)


def _expect_of(tariff: Tariff, painter: Painter) -> None:
    """What it measured, of each model that it did."""
    measured = curves_of(painter)
    for card in painter.cards.values():
        if curves := measured.get(card.name):
            _expect(tariff, _first(card), curves, painter.name)


def _first(card: ModelCard) -> Recipe:
    request = ImageRequest(prompt="a first picture", steps=min(STEPS, card.steps))
    [tile] = tiles_of(request, card, seed=0)
    return tile.recipe


def _expect(tariff: Tariff, recipe: Recipe, curves: Iterable[Curve], painter: str) -> None:
    """At each size that was measured, with the guidance that is usual and without."""
    for curve in curves:
        sized = replace(recipe, width=curve.width, height=curve.height)
        tariff.expect(sized, curve.alone, painter)
        if curve.lone is not None:
            tariff.expect(replace(sized, guidance=1.0), curve.lone, painter)
