"""What was used lately stays, and the rest goes."""

from engine.gpu.lately import Lately


class Workshop:
    """Remembers what it made, and how much was there when it began."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.there: list[int] = []
        self.lately: Lately[str, str] = Lately(self._make, most=2)

    def _make(self, key: str) -> str:
        self.made.append(key)
        self.there.append(len(self.lately))
        return key.upper()


def test_each_is_made_once_while_it_stays() -> None:
    shop = Workshop()

    parts = [shop.lately[key] for key in "aba"]

    assert parts == ["A", "B", "A"]
    assert shop.made == ["a", "b"]


def test_what_was_longest_not_asked_for_goes_first() -> None:
    shop = Workshop()

    parts = [shop.lately[key] for key in "abacab"]

    assert parts == ["A", "B", "A", "C", "A", "B"]
    assert shop.made == ["a", "b", "c", "b"]


def test_room_is_made_before_the_next_one() -> None:
    shop = Workshop()

    parts = [shop.lately[key] for key in "abc"]

    assert parts == ["A", "B", "C"]
    assert shop.there == [0, 1, 1]
