"""Company: the tiles that are painted together, a step of some of them at a time."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor

from engine.about import about
from engine.errors import Cancelled, EaselError
from engine.gpu.budget import Budget
from engine.gpu.clock import Clock, clock_of
from engine.gpu.device import ran_out_of_memory
from engine.gpu.explain import explained, too_large
from engine.gpu.film import developed
from engine.gpu.forwards import EXACT_ROWS, Forwards
from engine.gpu.images.enlarger import Enlarger
from engine.gpu.memory import Memory
from engine.gpu.painting import Painting
from engine.gpu.passes import Finished, Passes, family_of, painting_of
from engine.gpu.rows import Rows
from engine.gpu.safety import Safety
from engine.gpu.seat import Painted, Seat
from engine.gpu.waiting import Waiting
from engine.gpu.warm import Warm
from engine.ladder import Strain
from engine.meter import Meter, Stepped
from engine.safety import shows_previews
from engine.turns import Turns

Outcome = TypeVar("Outcome")

Told = tuple[Seat, int, Tensor | None]
"""Who is to be told which step, and the film of a preview now and then."""


class Company:
    """Belongs to one thread. What goes wrong with one tile ends that tile only."""

    def __init__(
        self,
        warm: Warm,
        device: torch.device,
        turns: Turns[Seat],
        *,
        budget: Budget | None = None,
        clock: Clock | None = None,
        enlarger: Enlarger | None = None,
        safety: Safety | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._warm = warm
        self._turns = turns
        self._budget = budget or Budget()
        self._clock = clock or clock_of(device)
        self.meter = meter or Meter()
        memory = Memory(device, warm, self.meter)
        self._forwards = Forwards(turns, memory)
        self._passes = Passes(warm, memory, enlarger or Enlarger(device), safety)
        self._seats: list[Seat] = []
        self._waiting = Waiting()

    @property
    def busy(self) -> bool:
        return bool(self._seats or self._waiting)

    @torch.inference_mode()
    def welcome(self, seat: Seat) -> None:
        """From now on its steps are painted, unless it ends right here or waits for its model."""
        if not seat.withdrawn:
            self._waiting.add(seat)
            self._admit()

    @torch.inference_mode()
    def turn(self) -> None:
        """One step of the tiles whose turn it is, and the pictures of those that it finishes."""
        for seat in [seat for seat in (*self._seats, *self._waiting) if seat.withdrawn]:
            self._end(seat, Cancelled("The picture was withdrawn."))
        self._admit()
        turn = self._turns.next()
        if turn is None:
            return
        widths = {seat: _width(seat) for seat in turn.members}
        self._clock.start()
        with about(*(seat.about for seat in turn.members)):
            told = self._step(turn.key, turn.members)
        self._turns.taken(turn.key)
        self._clock.stop(partial(self._account, widths, told))
        for seat in turn.members:
            if seat in self._seats and painting_of(seat).finished:
                self._complete(seat)
            elif seat in self._seats:
                # Its next step may have other rows than the last, or be in another phase.
                self._turns.go_on(seat, painting_of(seat).key, _width(seat))

    def settle(self) -> None:
        """Wait for what the device was asked for, until all of it is accounted for."""
        self._clock.drain()

    def dismiss(self, reason: EaselError) -> None:
        """End every tile."""
        for seat in (*self._seats, *self._waiting):
            self._end(seat, reason)

    def _admit(self) -> None:
        while seat := self._waiting.next(self._warm.is_loaded, self._warm.has_room_for):
            self._begin(seat)

    def _begin(self, seat: Seat) -> None:
        self._seats.append(seat)
        # Not timed: who happens to ask first need not pay for the loading.
        if self._made(seat, self._passes.held) is not None:
            self._clock.start()
            self._go_on(seat, self._made(seat, self._passes.first))

    def _go_on(self, seat: Seat, made: Painting | Finished | None) -> None:
        """Take turns with the pass that was begun, or end with the picture."""
        if made is None:
            return
        family_of(seat).relief.rest()
        self._clock.stop(partial(_charge, seat))
        if isinstance(made, Painting):
            self._join(seat, made)
            return
        self._clock.drain()
        notes = made.notes
        if seat.painting is not None:
            for rung in family_of(seat).relief.told_for(seat.painting.latents):
                seat.strain.rungs[rung] = None
        if strained := seat.strain.told():
            notes = (*notes, strained)
        self._end(seat, Painted(image=made.image, seconds=seat.seconds, notes=notes))

    def _join(self, seat: Seat, painting: Painting) -> None:
        """Take a turn with it from now on; a second pass is of another size and other rows."""
        if seat in self._turns:
            self._turns.leave(seat)
        seat.painting = painting
        height, width = painting.latents.shape[-2:]
        scale = family_of(seat).pipe.vae_scale_factor
        most = self._budget.rows(seat.recipe.model, height * width * scale**2)
        self._turns.join(seat, painting.key, _width(seat), most)

    def _step(self, key: Hashable, seats: Sequence[Seat]) -> list[Told]:
        """Asks the network and takes a step; answers who is to be told which step, with what."""
        family, recipe = family_of(seats[0]), seats[0].recipe
        strain = Strain()
        try:
            asked = [family.rows(painting_of(seat)) for seat in seats]
            answers = self._forwards.answers(family, key, asked, recipe, strain)
        except torch.AcceleratorError:
            raise  # the card itself is in disorder, and every forward after this one would fail
        except Exception as error:
            if len(seats) == 1:
                with about(seats[0].about):
                    self._end(seats[0], explained(error))
                return []
        else:
            told = []
            for seat, rows, answer in zip(seats, asked, answers, strict=True):
                seat.strain.merge(strain)
                if answer is None:
                    self._end(seat, too_large(seat.recipe, seat.strain.rungs))
                else:
                    told += self._advance(seat, rows, answer)
            return told
        # The forward changed nothing: each tries alone, and only the culprit ends.
        return [each for seat in seats for each in self._step(key, [seat])]

    def _advance(self, seat: Seat, rows: Rows, answer: Tensor) -> list[Told]:
        family, painting = family_of(seat), painting_of(seat)
        before, time, film = painting.step, painting.time, None
        try:
            direction, deep = family.sampling.direction(painting, answer)
            family.sampling.advance(painting, direction, deep)
            shown = family.previews if shows_previews(seat.recipe.safety or "off") else None
            if shown and not painting.finished and shown.due(before, painting.step):
                # Without what an inpainting network sees beside them.
                seen = rows.latents[:1, : painting.latents.shape[1]]
                film = shown.film(painting.scheduler, time, seen, direction)
        except torch.AcceleratorError:
            raise
        except Exception as error:
            # Not tried again: half a step may have been taken.
            fits = not ran_out_of_memory(error)
            with about(seat.about):
                self._end(seat, explained(error) if fits else too_large(seat.recipe, ()))
            return []
        step = painting.before + painting.step
        return [(seat, step, film)] if painting.step > before else []

    def _account(
        self,
        widths: Mapping[Seat, int],
        told: Sequence[Told],
        seconds: float,
    ) -> None:
        """The device has done a turn: each row of it cost the same."""
        self._turns.served(widths, seconds)
        rows = sum(widths.values())
        if self.meter.heard:
            model = next(iter(widths)).recipe.model
            tiles = len(widths)
            self.meter.tell(Stepped(model=model, seconds=seconds, tiles=tiles, rows=rows))
        for seat, width in widths.items():
            seat.seconds += seconds * width / rows
        for seat, step, film in told:
            seat.tell(step, None if film is None else developed(film))

    def _complete(self, seat: Seat) -> None:
        """The next pass, or the picture."""
        # What it was charged so far must be all of it, and what it is told the last of it.
        self._clock.drain()
        self._clock.start()
        painting = painting_of(seat)
        if len(self._seats) > 1 and not seat.recipe.exact and painting.latents.device.type == "cpu":
            # Channels side by side are decoded faster, but rounded otherwise: not what is alone.
            painting.latents = painting.latents.contiguous(memory_format=torch.channels_last)
        self._go_on(seat, self._made(seat, self._passes.next))

    def _made(self, seat: Seat, work: Callable[[Seat], Outcome]) -> Outcome | None:
        """What the work makes of the tile; None where it failed and the tile ended."""
        with about(seat.about):
            try:
                return work(seat)
            except torch.AcceleratorError:
                raise  # the card itself is in disorder, and everything after this would fail
            except Exception as error:
                self._end(seat, explained(error))
                return None

    def _end(self, seat: Seat, outcome: Painted | EaselError) -> None:
        self._waiting.leave(seat)
        if seat in self._seats:
            self._seats.remove(seat)
        if seat in self._turns:
            self._turns.leave(seat)
        if seat.family is not None:
            self._warm.release(seat.recipe.model)
            seat.family = None
        seat.end(outcome)


def _width(seat: Seat) -> int:
    """The rows that its forwards take."""
    return EXACT_ROWS if seat.recipe.exact else painting_of(seat).rows


def _charge(seat: Seat, seconds: float) -> None:
    seat.seconds += seconds
