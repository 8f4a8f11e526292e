"""Work: a job that is painted here, from its first tile until it has ended or is another's."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.job import Picture, Tile
from engine.ticket import Ticket

Begun = asyncio.Task[tuple[Ticket, Mapping[str, bytes]]]
"""Marks the job as begun; ends with its ticket and the files that its recipes name."""


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """`attempt` is the one that this program makes at it; 0 is none yet.

    `open` is the virtual time of its finished tiles, which is in vain while the others are not.
    """

    job: str
    owner: str
    ticket: Ticket | None = None
    begun: Begun | None = None
    attempt: int = 0
    open: int = 0
    painted: dict[int, Picture] = field(default_factory=dict)

    def share_of(self, place: int) -> float:
        """How much of the tile at that place is painted, from 0 to 1."""
        return self._share_of(self._tiles[place]) if place < len(self._tiles) else 0.0

    @property
    def spent(self) -> float:
        """Credits that what is painted of it took, half painted tiles too."""
        whole = sum(picture.seconds for picture in self.painted.values())
        return whole + self._share * sum(map(self._share_of, self._unfinished))

    @property
    def unpainted(self) -> float:
        """Credits that the tiles which were begun will still take."""
        begun = [share for tile in self._unfinished if (share := self._share_of(tile)) > 0]
        return self._share * sum(1 - share for share in begun)

    def add(self, tile: Tile, picture: Picture) -> tuple[Picture, ...] | None:
        """Keep a finished tile; all of them in their order once the last one is there."""
        self.painted[tile.index] = picture
        if self.ticket is None or self._unfinished:
            return None
        return tuple(self.painted[tile.index] for tile in self.ticket.job.tiles)

    @property
    def _share(self) -> float:
        """What one tile costs."""
        return self.ticket.job.price / len(self._tiles) if self.ticket and self._tiles else 0.0

    @property
    def _tiles(self) -> tuple[Tile, ...]:
        """None too where this program cannot read the job."""
        return self.ticket.job.tiles if self.ticket else ()

    @property
    def _unfinished(self) -> list[Tile]:
        return [tile for tile in self._tiles if tile.index not in self.painted]

    def _share_of(self, tile: Tile) -> float:
        return self.ticket.share_of(tile) if self.ticket else 0.0
