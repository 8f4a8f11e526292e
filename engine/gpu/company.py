"""Company: the tiles that are painted together, a step of some of them at a time."""

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from time import perf_counter

import torch
from torch import Tensor

from engine.errors import Cancelled, EaselError, OutOfMemory, PaintingFailed
from engine.gpu.device import if_it_fits, settle
from engine.gpu.family import Family
from engine.gpu.painting import Painting
from engine.gpu.rows import Rows, joined
from engine.gpu.seat import Painted, Seat
from engine.job import Recipe
from engine.request import nearest_side
from engine.turns import Turns

log = logging.getLogger(__name__)

# The width of a stock pipeline's forward with guidance.
EXACT_ROWS = 2
PREVIEW_EVERY = 4


class Company:
    """Belongs to one thread. What goes wrong with one tile ends that tile only."""

    def __init__(
        self, families: Mapping[str, Family], device: torch.device, turns: Turns[Seat]
    ) -> None:
        self._families = families
        self._device = device
        self._turns = turns
        self._seats: list[Seat] = []

    @property
    def busy(self) -> bool:
        return bool(self._seats)

    @torch.inference_mode()
    def welcome(self, seat: Seat) -> None:
        """From now on its steps are painted, unless it ends right here."""
        if seat.withdrawn:
            return
        started = perf_counter()
        if not self._tried(seat, partial(self._begin, seat)):
            return
        settle(self._device)
        seat.seconds = perf_counter() - started
        self._seats.append(seat)
        key = self._family(seat.recipe).key(_painting(seat))
        self._turns.join(seat, key, _width(seat))

    @torch.inference_mode()
    def turn(self) -> None:
        """One step of the tiles whose turn it is, and the pictures of those that it finishes."""
        for seat in [seat for seat in self._seats if seat.withdrawn]:
            self._end(seat, Cancelled("The picture was withdrawn."))
        turn = self._turns.next()
        if turn is None:
            return
        started = perf_counter()
        self._step(turn.key, turn.members)
        settle(self._device)
        seconds = perf_counter() - started
        self._turns.served(turn.key, seconds, len(turn.members))
        for seat in turn.members:
            seat.seconds += seconds * _width(seat) / turn.rows
            if seat in self._seats and _painting(seat).finished:
                self._tried(seat, partial(self._finish, seat))

    def dismiss(self, reason: EaselError) -> None:
        """End every tile."""
        for seat in list(self._seats):
            self._end(seat, reason)

    def _begin(self, seat: Seat) -> None:
        seat.painting = self._family(seat.recipe).begin(seat.recipe, seat.sources)

    def _step(self, key: Hashable, seats: Sequence[Seat]) -> None:
        family = self._family(seats[0].recipe)
        try:
            asked = [family.rows(_painting(seat)) for seat in seats]
            answers = self._answers(family, key, asked, exact=seats[0].recipe.exact)
        except torch.AcceleratorError:
            raise  # the card itself is in disorder, and every forward after this one would fail
        except Exception as error:
            if len(seats) == 1:
                self._end(seats[0], _explained(error))
                return
        else:
            for seat, rows, answer in zip(seats, asked, answers, strict=True):
                if answer is None:
                    self._end(seat, OutOfMemory(_too_large(seat.recipe)))
                else:
                    self._advance(seat, rows, answer)
            return
        # The forward changed nothing: each tries alone, and only the culprit ends.
        for seat in seats:
            self._step(key, [seat])

    def _answers(
        self, family: Family, key: Hashable, asked: Sequence[Rows], *, exact: bool
    ) -> Sequence[Tensor | None]:
        """An answer for each, or None for those that do not fit into memory."""
        if exact:
            return [self._exact_answer(family, key, rows) for rows in asked]
        answer = self._answer(family, key, joined(asked))
        if answer is None:
            return [None] * len(asked)
        return torch.split(answer, [len(rows) for rows in asked])

    def _answer(self, family: Family, key: Hashable, rows: Rows) -> Tensor | None:
        """In as few forwards as memory allows."""
        answers: list[Tensor] = []
        start = 0
        while start < len(rows):
            part = rows.part(start, start + self._turns.cap(key))
            answer = self._forward(family, part)
            if answer is not None:
                answers.append(answer)
                start += len(part)
            elif self._turns.too_large(key, len(part)) == 0:
                return None
        return torch.cat(answers)

    def _exact_answer(self, family: Family, key: Hashable, rows: Rows) -> Tensor | None:
        """From a forward of its own, always equally wide: its bits know no company."""
        answer = self._forward(family, rows.padded(EXACT_ROWS))
        return None if answer is None else answer[: len(rows)]

    def _forward(self, family: Family, rows: Rows) -> Tensor | None:
        return if_it_fits(self._device, lambda: family.forward(rows))

    def _advance(self, seat: Seat, rows: Rows, answer: Tensor) -> None:
        family, painting = self._family(seat.recipe), _painting(seat)

        def commit() -> None:
            direction = family.guided(painting, answer)
            before, following = painting.step, painting.done + 1
            preview = None
            if following % PREVIEW_EVERY == 0 and following < len(painting.times):
                preview = family.preview(painting, rows.latents[:1], direction)
            family.advance(painting, direction)
            if preview is not None or painting.step > before:
                seat.tell(painting.step, preview)

        self._tried(seat, commit)

    def _finish(self, seat: Seat) -> None:
        started = perf_counter()
        image = self._family(seat.recipe).decode(_painting(seat))
        seconds = seat.seconds + perf_counter() - started
        self._end(seat, Painted(image=image, seconds=seconds, notes=_painting(seat).notes))

    def _tried(self, seat: Seat, work: Callable[[], None]) -> bool:
        """False where the work failed and the tile ended."""
        problem: EaselError | None = None
        try:
            if if_it_fits(self._device, lambda: _done(work)) is None:
                problem = OutOfMemory(_too_large(seat.recipe))
        except torch.AcceleratorError:
            raise
        except Exception as error:
            problem = _explained(error)
        if problem is not None:
            self._end(seat, problem)
        return problem is None

    def _end(self, seat: Seat, outcome: Painted | EaselError) -> None:
        if seat in self._seats:
            self._seats.remove(seat)
            self._turns.leave(seat)
        seat.end(outcome)

    def _family(self, recipe: Recipe) -> Family:
        family = self._families.get(recipe.model)
        # The same name with other weights would paint something else under the old recipe.
        if family is None or family.card.digest != recipe.digest:
            raise PaintingFailed(
                f"The model “{recipe.model}” of that recipe is not loaded any more. "
                f"Loaded: {', '.join(self._families)}. Ask for it again."
            )
        return family


def _painting(seat: Seat) -> Painting:
    if seat.painting is None:
        raise RuntimeError("this tile was not begun")
    return seat.painting


def _width(seat: Seat) -> int:
    """The rows that its forwards take."""
    return EXACT_ROWS if seat.recipe.exact else _painting(seat).rows


def _explained(error: Exception) -> EaselError:
    """What people read of it. Anything not raised on purpose is a bug, and logged as one."""
    if isinstance(error, EaselError):
        return error
    log.error("painting failed", exc_info=error)
    return PaintingFailed(
        "Something broke while this was painted. Try again; the log has the details."
    )


def _too_large(recipe: Recipe) -> str:
    size = f"{recipe.width}x{recipe.height}"
    width, height = (nearest_side(side * 3 // 4) for side in (recipe.width, recipe.height))
    offer = f"Try {width}x{height}" if (width, height) != (recipe.width, recipe.height) else ""
    if recipe.exact:
        offer += ", or leave --exact out" if offer else "Leave --exact out"
    return f"A picture of {size} does not fit into the memory here. {offer}.".replace(" .", "")


def _done(work: Callable[[], None]) -> bool:
    work()
    return True
