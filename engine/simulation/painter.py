"""SimulatedPainter: a painter that takes its time as a card does, and paints nothing."""

import asyncio
from collections.abc import Collection, Mapping

from engine.card import ModelCard
from engine.errors import Cancelled
from engine.job import Picture, Recipe
from engine.meter import Meter, Stepped
from engine.ports import Tell
from engine.simulation.pictures import Pictures
from engine.simulation.seat import Seat
from engine.simulation.timetable import CARDS, H100, Timetable, key_of
from engine.turns import Turns

MOST_ROWS, SEATS = 12, 12
"""As the engine has them on a card."""


class SimulatedPainter:
    """Shares out the card step by step, by the same `Turns` as the engine; somebody must `run` it.

    A card goes on while the event loop is busy, so what was late is made up for: only one that had
    nothing to do has lost that time.
    """

    alive = True

    def __init__(
        self,
        name: str,
        *,
        cards: Mapping[str, ModelCard] = CARDS,
        timetable: Timetable = H100,
        seats: int = SEATS,
        most_rows: int = MOST_ROWS,
    ) -> None:
        self.name = name
        self.cards = cards
        self.seats = seats
        self.meter = Meter()
        self.forwards = 0
        """How many were done, of all pictures together."""
        self._timetable = timetable
        self._turns = Turns[Seat](most_rows=most_rows)
        self._pictures = Pictures()
        self._coming: list[Seat] = []
        self._seats: list[Seat] = []
        self._bell = asyncio.Event()
        self._until = 0.0
        """When the card has done all that it was asked for, by the clock of the event loop."""

    @property
    def warm(self) -> Collection[str]:
        return self.cards.keys()

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        seat = Seat(recipe=recipe, pace=self._timetable.pace(recipe), tell=tell)
        self._coming.append(seat)
        self._bell.set()
        await seat.ended
        return Picture(recipe=recipe, png=self._pictures.next(), seconds=seat.seconds)

    async def run(self) -> None:
        """Until cancelled; whatever is being painted then is Cancelled too."""
        try:
            while True:
                if not (self._coming or self._seats):
                    self._bell.clear()
                    await self._bell.wait()
                    self._until = asyncio.get_running_loop().time()
                await self._welcome()
                await self._turn()
        finally:
            for seat in (*self._coming, *self._seats):
                if not seat.ended.done():
                    seat.ended.set_exception(Cancelled("The simulated card was put away."))

    async def _welcome(self) -> None:
        """Newcomers join between steps, once their words are read."""
        while self._coming:
            seat = self._coming.pop(0)
            if not seat.ended.done():
                self._seats.append(seat)
                seat.seconds += await self._take(seat.pace.words_s)
                self._turns.join(seat, key_of(seat.recipe), seat.rows)

    async def _turn(self) -> None:
        """One step of those whose turn it is, and the pictures of those that it finishes."""
        for seat in [seat for seat in self._seats if seat.ended.done()]:
            self._leave(seat)
        turn = self._turns.next()
        if turn is None:
            return
        seconds = await self._take(turn.members[0].pace.step_s(turn.rows))
        self._turns.taken(turn.key)
        self._turns.served(turn.members, seconds)
        if self.meter.heard:
            model, tiles = turn.members[0].recipe.model, len(turn.members)
            self.meter.tell(Stepped(model=model, seconds=seconds, tiles=tiles, rows=turn.rows))
        for seat in turn.members:
            if not seat.ended.done():
                seat.advance(seconds * seat.rows / turn.rows)
                self.forwards += 1
        for seat in turn.members:
            if seat.finished:
                seat.seconds += await self._take(seat.pace.picture_s)
                self._leave(seat)

    def _leave(self, seat: Seat) -> None:
        self._turns.leave(seat)
        self._seats.remove(seat)
        if not seat.ended.done():
            seat.ended.set_result(None)

    async def _take(self, seconds: float) -> float:
        self._until += seconds
        await asyncio.sleep(max(0.0, self._until - asyncio.get_running_loop().time()))
        return seconds


class InstantPainter:
    """Takes no time at all: what a picture takes then is what everything else takes."""

    alive = True

    def __init__(
        self, name: str, *, cards: Mapping[str, ModelCard] = CARDS, seats: int = SEATS
    ) -> None:
        self.name = name
        self.cards = cards
        self.seats = seats
        self._pictures = Pictures()

    @property
    def warm(self) -> Collection[str]:
        return self.cards.keys()

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        """Tells of every step, since others are shown each."""
        for step in range(recipe.steps):
            tell(step + 1, None)
            await asyncio.sleep(0)
        return Picture(recipe=recipe, png=self._pictures.next(), seconds=0.0)
