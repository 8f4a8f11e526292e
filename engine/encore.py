"""The encore: a picture that somebody has, asked for once more."""

import secrets
from collections.abc import Awaitable, Callable, Sequence

from engine.again import request_of, require_same
from engine.archive import Archive
from engine.errors import NotFound
from engine.job import Owner, Tile
from engine.ports import Ledger
from engine.request import LARGEST_SEED, ImageRequest


class Encore:
    """Makes requests of pictures; nothing is painted yet.

    `tiles` answers what a request would paint.
    """

    def __init__(
        self,
        *,
        archive: Archive,
        ledger: Ledger,
        tiles: Callable[[ImageRequest], Awaitable[Sequence[Tile]]],
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._tiles = tiles

    async def again(self, owner: Owner, number: int, *, seed: int | None = None) -> ImageRequest:
        """What paints the same picture from its recipe alone, or the same with another seed.

        Raises NotFound; InvalidRequest where what it was painted with is gone or has changed.
        """
        recipe = (await self._archive.picture(owner.id, number)).recipe
        request = request_of(recipe)
        [tile] = await self._painted_by(request)
        require_same(recipe, tile.recipe)
        return request if seed is None else _seeded(request, seed)

    async def reroll(self, owner: Owner, number: int) -> ImageRequest:
        """The same with a new seed, by the model and the add-ons that are there today.

        Raises NotFound; InvalidRequest where one of them is gone.
        """
        request = request_of((await self._archive.picture(owner.id, number)).recipe)
        request = _seeded(request, secrets.randbelow(LARGEST_SEED + 1))
        await self._painted_by(request)
        return request

    async def _painted_by(self, request: ImageRequest) -> Sequence[Tile]:
        for digest in request.pictures:
            try:
                await self._ledger.file(digest)
            except NotFound:
                raise NotFound(
                    "A picture that this one was made from is not kept here any more, so it "
                    "cannot be painted again."
                ) from None
        return await self._tiles(request)


def _seeded(request: ImageRequest, seed: int) -> ImageRequest:
    # Made anew and not copied, so that a seed that is none is said.
    return ImageRequest.model_validate({**request.model_dump(), "seed": seed})
