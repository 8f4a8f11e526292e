"""Recall: what somebody has already is answered from their history, and costs nothing.

Never from another's: that it is there at once, and free, would tell what somebody else asked for.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.errors import NotFound, StorageFailed
from engine.job import Picture, Recipe, Tile
from engine.meter import Charged, Ended, Meter, Outcome
from engine.ports import Ledger

log = logging.getLogger(__name__)

FROM_HISTORY = "from history"


async def recalled(owner: str, recipe: Recipe, ledger: Ledger) -> Picture | None:
    """The owner's picture of exactly this recipe, painted by the same hand.

    History that cannot be asked for a moment costs nobody a job: then it is painted.
    """
    try:
        known = await ledger.painted(owner, recipe)
        if known is None:
            return None
        file = await ledger.file(known.file)
    except NotFound:  # deleted this very moment
        return None
    except StorageFailed as error:
        log.warning("what may be in history is painted: %s", error)
        return None
    # Also that it is marked as unsafe is such a note.
    notes = tuple(dict.fromkeys((*known.notes, FROM_HISTORY)))
    return Picture(recipe=recipe, png=file, seconds=0.0, notes=notes)


async def unknown(
    owner: str, tiles: Sequence[Tile], hands: Mapping[str, str], ledger: Ledger
) -> tuple[Tile, ...]:
    """Those that must be painted, by the hands that there are."""
    return tuple(
        [
            tile
            for tile in tiles
            if (recipe := by_hand(tile.recipe, hands)) is None
            or await ledger.painted(owner, recipe) is None
        ]
    )


async def all_recalled(
    owner: str, tiles: Sequence[Tile], hands: Mapping[str, str], ledger: Ledger
) -> tuple[Picture, ...] | None:
    """The pictures of all tiles, or None where one of them must be painted."""
    pictures = []
    for tile in tiles:
        recipe = by_hand(tile.recipe, hands)
        picture = await recalled(owner, recipe, ledger) if recipe else None
        if picture is None:
            return None
        pictures.append(picture)
    return tuple(pictures)


def by_hand(recipe: Recipe, hands: Mapping[str, str]) -> Recipe | None:
    """As it would be painted here; None while nobody paints."""
    hand = hands.get(recipe.model)
    return None if hand is None else replace(recipe, hand=hand)


def measure(pictures: Sequence[Picture], meter: Meter) -> None:
    """A job has ended with these."""
    for picture in pictures:
        known = FROM_HISTORY in picture.notes
        outcome = Outcome.REMEMBERED if known else Outcome.PAINTED
        meter.tell(Ended(outcome=outcome, pictures=1, model=picture.recipe.model))
    meter.tell(Charged(credits=sum(picture.seconds for picture in pictures)))
