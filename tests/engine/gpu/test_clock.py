"""Telling how long a device took, and not running too far ahead of it."""

from dataclasses import dataclass, field

from engine.gpu.clock import RUN_AHEAD, EventClock, HostClock


@dataclass
class Card:
    """A device on which every event happens as soon as somebody waits for it."""

    now: float = 0.0
    waited: list[float] = field(default_factory=list)

    def event(self) -> "Event":
        return Event(self)


class Event:
    """As torch.cuda.Event: a moment on the card."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self.at = -1.0

    def record(self) -> None:
        self._card.now += 1
        self.at = self._card.now

    def synchronize(self) -> None:
        self._card.waited.append(self.at)

    def elapsed_time(self, end: "Event") -> float:
        return 1000 * (end.at - self.at)


def test_on_a_cpu_work_is_timed_at_once() -> None:
    told: list[float] = []
    clock = HostClock()

    clock.start()
    clock.stop(told.append)

    assert len(told) == 1
    assert told[0] >= 0


def test_a_card_is_not_waited_for_until_it_is_too_far_behind() -> None:
    card = Card()
    clock = EventClock(card.event)
    told: list[float] = []
    waited = []

    for _ in range(4):
        clock.start()
        clock.stop(told.append)
        waited.append(len(card.waited))

    assert RUN_AHEAD == 2
    assert waited == [0, 0, 1, 2]
    assert told == [1.0, 1.0]


def test_draining_waits_for_all_that_was_asked() -> None:
    card = Card()
    clock = EventClock(card.event)
    told: list[float] = []
    for _ in range(2):
        clock.start()
        clock.stop(told.append)

    clock.drain()
    clock.drain()

    assert told == [1.0, 1.0]
