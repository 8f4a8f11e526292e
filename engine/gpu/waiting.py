"""Waiting: tiles whose model is not loaded and has no room yet, and who may go before them."""

from collections.abc import Callable, Iterator

from engine.gpu.seat import Seat

# How many tiles of loaded models may begin before the first that waits. Without any, every
# change of model in the queue would load one; without bound, a busy model would starve the others.
MOST_OVERTAKEN = 8


class Waiting:
    """In the order in which they came."""

    def __init__(self, *, most_overtaken: int = MOST_OVERTAKEN) -> None:
        self._seats: list[Seat] = []
        self._most_overtaken = most_overtaken
        self._overtaken = 0

    def __len__(self) -> int:
        return len(self._seats)

    def __iter__(self) -> Iterator[Seat]:
        return iter(list(self._seats))

    def add(self, seat: Seat) -> None:
        self._seats.append(seat)

    def leave(self, seat: Seat) -> None:
        if seat in self._seats:
            self._seats.remove(seat)

    def next(self, loaded: Callable[[str], bool], room: Callable[[str], bool]) -> Seat | None:
        """Who begins now, no longer waiting; None where all must wait.

        `loaded` and `room` say of a model's name whether it is loaded, and whether it could be.
        """
        if not self._seats:
            return None
        if room(self._seats[0].recipe.model):
            self._overtaken = 0
            return self._seats.pop(0)
        if self._overtaken < self._most_overtaken:
            for seat in self._seats[1:]:
                if loaded(seat.recipe.model):
                    self._overtaken += 1
                    self._seats.remove(seat)
                    return seat
        return None
