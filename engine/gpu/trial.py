"""Trial: what a clock says of steps with more and more rows, at one size.

What is measured are steps of the company itself, so all that is done to a forward is in them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from engine.card import ModelCard
from engine.curve import Curve
from engine.errors import Cancelled, EaselError
from engine.gpu.company import Company
from engine.gpu.plain import plain_recipe
from engine.gpu.seat import Painted, Seat
from engine.job import Recipe
from engine.meter import Measured, Meter, Stepped
from engine.price import Speed, row_steps_of

ROWS = (1, 2, 4, 8, 12, 16)
# The first step of each width, which is slower, and those that are counted.
FIRST, TIMES = 1, 3
STEPS = FIRST + TIMES
# More than are painted: whoever has taken the last is decoded, which is not what is measured.
UNFINISHED = 2 * STEPS
# No wider step is begun after that long. What is so slow has its knee early.
LONGEST_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What came of painting: each step, what else was done meanwhile, and how tiles ended."""

    steps: Sequence[Stepped]
    others: Sequence[Measured]
    outcomes: Sequence[Painted | EaselError]

    @property
    def went_well(self) -> bool:
        """Nothing was eased, and nobody ended who was not sent away."""
        failed = [each for each in self.outcomes if isinstance(each, EaselError)]
        return not self.others and all(isinstance(each, Cancelled) for each in failed)

    def seconds(self, rows: int) -> float | None:
        """Of a step that wide; None where not all of them were."""
        if not self.went_well or {step.rows for step in self.steps} != {rows}:
            return None
        return self.median

    @property
    def median(self) -> float:
        """Seconds of a step."""
        return median(step.seconds for step in self.steps[FIRST:])


def tried_with(card: ModelCard, size: tuple[int, int]) -> Recipe:
    return plain_recipe(card, "a wide hand", steps=STEPS, size=size)


class GaveWay(Exception):
    """Somebody wants a picture meanwhile."""


class Trial:
    """Paints what nobody asked for, with more and more tiles at a time."""

    def __init__(
        self,
        company: Company,
        meter: Meter,
        card: ModelCard,
        size: tuple[int, int],
        make_ready: Callable[[Recipe], None],
        *,
        is_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        """`make_ready` does for a picture by itself what is done for what is asked often."""
        self._company = company
        self._meter = meter
        self._make_ready = make_ready
        self._is_wanted = is_wanted
        self._recipe = tried_with(card, size)
        self._found: dict[str, _Heard] = {}

    def curve(self) -> Curve | None:
        """None where not even one picture can be painted by itself.

        Raises GaveWay after the step in which somebody came. Asked again it goes on with the rows
        that it was at.
        """
        self._heard("first", [self._recipe])  # what is only slow the first time
        heard = self._heard("by itself", [self._recipe])
        if not heard.went_well:
            return None
        own, step = heard.steps[0].rows, heard.median
        wider = tuple(self._wider(own, step))
        # Widths are compared as the network is. A price is of what it will take from then on.
        self._make_ready(self._recipe)
        heard = self._heard("made ready", [self._recipe])
        if not heard.went_well:
            return None
        return Curve(
            width=self._recipe.width,
            height=self._recipe.height,
            steps=(*self._without_guidance(own), (own, step), *wider),
            alone=self._speed(heard),
        )

    def _without_guidance(self, own: int) -> Iterator[tuple[int, float]]:
        """The single row of such a tile, where others take more."""
        tile = replace(self._recipe, steps=UNFINISHED, guidance=1.0)
        if own > 1:
            self._make_ready(tile)
            heard = self._heard("without guidance", [tile], STEPS)
            if (seconds := heard.seconds(1)) is not None:
                yield 1, seconds

    def _wider(self, own: int, alone: float) -> Iterator[tuple[int, float]]:
        """Until memory has no room for more rows, or a row costs no less than before."""
        tile = replace(self._recipe, steps=UNFINISHED)
        least, spent = alone / own, 0.0
        for rows in ROWS:
            if rows <= own:
                continue
            heard = self._heard(f"{rows} rows", [tile] * (rows // own), STEPS)
            seconds = heard.seconds(rows)
            if seconds is None:
                return
            yield rows, seconds
            spent += sum(step.seconds for step in heard.steps)
            if seconds / rows >= least or spent > LONGEST_S:
                return
            least = seconds / rows

    def _speed(self, heard: _Heard) -> Speed:
        """By the rows that a price counts, which need not be those that the network sees."""
        painted = sum(each.seconds for each in heard.outcomes if isinstance(each, Painted))
        stepping = sum(each.seconds for each in heard.steps)
        return Speed(
            row_step=heard.median * len(heard.steps) / row_steps_of(self._recipe),
            rest=painted - stepping,
        )

    def _heard(self, what: str, recipes: Sequence[Recipe], turns: int | None = None) -> _Heard:
        if what not in self._found:
            self._found[what] = self._paint(recipes, turns)
        return self._found[what]

    def _paint(self, recipes: Sequence[Recipe], turns: int | None) -> _Heard:
        """To the end, or for so many turns. Raises GaveWay."""
        if self._is_wanted():
            raise GaveWay
        outcomes: list[Painted | EaselError] = []
        measured: list[Measured] = []
        seats = [
            Seat(recipe=recipe, sources={}, tell=lambda step, preview: None, end=outcomes.append)
            for recipe in recipes
        ]
        listener = measured.append
        self._meter.add(listener)
        try:
            for seat in seats:
                self._company.welcome(seat)
            taken, gives_way = 0, False
            while self._company.busy and taken != turns and not gives_way:
                self._company.turn()
                taken, gives_way = taken + 1, self._is_wanted()
            for seat in seats:
                seat.withdrawn = True
            self._company.turn()
            self._company.settle()
        finally:
            self._meter.remove(listener)
        if gives_way:
            raise GaveWay
        return _Heard(
            steps=[each for each in measured if isinstance(each, Stepped)],
            others=[each for each in measured if not isinstance(each, Stepped)],
            outcomes=outcomes,
        )
