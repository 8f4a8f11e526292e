"""Apprentice: paints a first picture with each model, so that the first price is a measured one."""

import logging

from engine.errors import PainterLost, PaintingFailed
from engine.ports import Painter
from engine.price import Speeds
from engine.request import ImageRequest
from engine.tiles import tiles_of

log = logging.getLogger(__name__)

STEPS = 8
"""Enough to tell steps from the rest, and few where a step takes long."""


async def learn_speeds(speeds: Speeds, painter: Painter) -> None:
    """With the models that were never timed here."""
    for card in painter.cards.values():
        request = ImageRequest(prompt="a first picture", steps=min(STEPS, card.steps))
        [tile] = tiles_of(request, card, seed=0)
        if speeds.knows(tile.recipe):
            continue
        try:
            picture = await painter.paint(tile.recipe, {}, lambda step, preview: None)
        except PainterLost:
            raise
        except PaintingFailed as error:
            log.warning("the first prices of %s are guesses: %s", card.name, error)
        else:
            speeds.observe(tile.recipe, picture.seconds)
