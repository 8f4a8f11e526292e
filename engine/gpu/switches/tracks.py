"""Tracks: what is asked of a network often is made ready: recorded at once, compiled beside."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakMethod

import torch
from torch import Tensor

from engine.gpu.device import prepare, ran_out_of_memory
from engine.gpu.phase import Phase
from engine.gpu.rows import Rows
from engine.gpu.switches.background import Background
from engine.gpu.switches.compiling import at_length, never
from engine.gpu.switches.recorder import Recorder
from engine.gpu.switches.shape import Shape
from engine.gpu.switches.track import (
    MOST_TRIES,
    ROUNDING,
    Ask,
    Track,
    example,
    others,
    require_same,
    shortly,
)

log = logging.getLogger(__name__)

# Forwards of one shape and width: a recording costs about six of them, a compilation as much time
# as some thousand.
OFTEN = 24
VERY_OFTEN = 500
# Of all CUDA says of recordings: "stream is capturing", "during capture", "captured".
CAPTURING = "captur"
UNRECORDABLE = "nothing can be recorded on this card any more"
# Each keeps memory of the card. The one that was asked for longest ago is forgotten first.
MOST = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Compile:
    """How a network is compiled, and who does it beside the painting."""

    compiled: Callable[[], Any]
    background: Background
    rounding: float = ROUNDING
    """How far from the network it may answer."""


class Tracks:
    """Belongs to the thread that paints.

    What cannot be made ready, or answers otherwise than the network itself, is left as it is.
    """

    def __init__(
        self,
        network: Any,
        ask: Ask,
        device: torch.device,
        *,
        recorder: Recorder | None = None,
        compile: Compile | None = None,
        moves: Callable[[], bool] = lambda: False,
    ) -> None:
        """Nothing is ready of one that `moves`: its weights come to the card for each step."""
        self.network = network
        self._moves = moves
        self._ask = ask
        self._device = device
        self._recorder = recorder
        self._records = recorder is not None
        self._compile = compile
        self._program: Any = None
        self._worn = 0
        self._tracks: OrderedDict[Shape, Track] = OrderedDict()
        # Others look at what there is while the thread that paints adds to it.
        self._door = threading.Lock()

    @property
    def compiles(self) -> bool:
        return self._compile is not None

    @property
    def all(self) -> Mapping[Shape, Track]:
        """As they are now, for whoever only looks, in any thread."""
        with self._door:
            return dict(self._tracks)

    @property
    def made(self) -> Mapping[str, str]:
        """How forwards are asked, by their shapes, where not of the network as it is."""
        found = {str(shape): track.made(self.network) for shape, track in self.all.items()}
        return {shape: how for shape, how in found.items() if how}

    @property
    def held(self) -> int:
        """Bytes that recordings keep from everybody else."""
        return 0 if self._recorder is None else self._recorder.held

    def answer(self, rows: Rows) -> Tensor | None:
        """None where nothing is ready for such rows: the network must be asked as it is."""
        shape = Shape.of(rows)
        if shape is None or self._moves():
            return None
        track = self._of(shape)
        track.seen += 1
        track.asked += 1
        if track.seen >= OFTEN:
            self._make_ready(shape, rows, compiles=track.seen >= VERY_OFTEN * max(1, track.tries))
        if track.recorded:
            return track.play(_laid_out(rows))
        if track.network is self.network:
            return None
        answer = self._asked(track, _laid_out(rows).padded(shape.width))
        return None if answer is None else answer[: len(rows)]

    def prepare(self, rows: Rows, *, compiles: bool) -> None:
        """Such rows will be asked for often."""
        shape = Shape.of(rows)
        if shape is not None and not self._moves():
            self._make_ready(shape, rows, compiles=compiles)

    def forget(self) -> None:
        """Give back the memory that recordings keep. What is compiled stays."""
        for track in self._tracks.values():
            track.forget()

    def is_worn(self) -> None:
        """Call it before anything is put on the network, each time.

        What is compiled meanwhile, in another thread, may have seen some of it.
        """
        self._worn += 1

    def _of(self, shape: Shape) -> Track:
        with self._door:
            track = self._tracks.get(shape)
            if track is None:
                track = self._tracks[shape] = Track(self.network)
                if len(self._tracks) > MOST:
                    self._tracks.popitem(last=False)
            self._tracks.move_to_end(shape)
        track.take_offer()
        return track

    def _make_ready(self, shape: Shape, rows: Rows, *, compiles: bool) -> None:
        track = self._of(shape)
        # A compiler waits for the whole card now and then, which breaks a recording.
        if self._recorder and self._records and track.is_to_record and not Background.busy():
            self._record(self._recorder, track, example(_laid_out(rows), shape.width))
        if self._recorder and not self._records and not track.recorded:
            track.no_recording = track.no_recording or UNRECORDABLE
        # Networks are compiled whole; steps that keep or are shallow ask parts of them.
        compiles = compiles and rows.phase is Phase.WHOLE
        if compiles and self._compile is not None and track.is_to_compile(self.network):
            rows = example(_laid_out(rows), shape.width)
            self._begin_compiling(self._compile, track, shape, rows)

    def _record(self, recorder: Recorder, track: Track, rows: Rows) -> None:
        tried = (rows, others(rows))
        try:
            expected = [self._asked(track, each) for each in tried]
            answers = [answer for answer in expected if answer is not None]
            if len(answers) == len(tried):
                with self._as_it_is(track):
                    track.record(recorder, self._ask, tried, answers)
        except Exception as error:
            if ran_out_of_memory(error):
                # There may be room another time, and to find out takes as long as many forwards.
                track.seen = -VERY_OFTEN
                track.no_recording = "it is not recorded: there was no memory for it"
            elif isinstance(error, torch.AcceleratorError) and CAPTURING not in str(error):
                raise  # the card itself is in disorder
            else:
                track.give_up(shortly(error))
            if CAPTURING in str(error):
                # The card is well, only nothing can be recorded on it.
                self._records = False
            log.warning("forwards of %s rows are not recorded: %s", len(rows), error)

    def _asked(self, track: Track, rows: Rows) -> Tensor | None:
        """None where what was compiled does not answer, which is not asked any more then."""
        try:
            with self._as_it_is(track):
                return self._ask(track.network, rows)
        except torch.AcceleratorError:
            raise  # the card itself is in disorder
        except Exception as error:
            if track.network is self.network or ran_out_of_memory(error):
                raise
            # What it was compiled for has changed: a LoRA was put on its layers, for one.
            log.warning("what was compiled for %s rows is not used any more: %s", len(rows), error)
            track.lose(self.network)
            return None

    def _as_it_is(self, track: Track) -> AbstractContextManager[None]:
        return nullcontext() if track.network is self.network else never()

    def _begin_compiling(self, how: Compile, track: Track, shape: Shape, rows: Rows) -> None:
        # From now on it is counted how often it is asked for again, if this comes to nothing.
        track.compiles, track.tries, track.seen = True, track.tries + 1, 0
        if self._program is None:
            self._program = how.compiled()
        # When its turn comes the model may have been put away, and must not be kept for this.
        compile_it = WeakMethod(self._compile_it)
        worn = self._worn

        def at_its_turn() -> None:
            if (wanted := compile_it()) is not None:
                wanted(how, shape, rows, worn)

        how.background.ask(at_its_turn)

    def _compile_it(self, how: Compile, shape: Shape, rows: Rows, worn: int) -> None:
        """In another thread. What failed would fail the same way again, if nothing was worn."""
        track = self.all.get(shape)
        if track is None:
            return
        try:
            if self._moves():
                raise RuntimeError("its weights come to the card for each step")
            program = self._compiled(how, rows)
            if self._worn == worn:
                track.offered = program
            else:
                track.no_program = "what was compiled is not used: LoRAs came between"
                log.info("forwards of %s rows may be compiled again: LoRAs came between", len(rows))
        except Exception as error:  # a compiler's: they have no root in common
            track.no_program = f"it is not compiled: {shortly(error)}"
            if self._worn == worn:
                track.tries = MOST_TRIES
            log.warning("forwards of %s rows are not compiled: %s", len(rows), error)
        finally:
            track.compiles = False

    @torch.inference_mode()
    def _compiled(self, how: Compile, rows: Rows) -> Any:
        """For rows like these. Raises NotTheSame where that is another answer."""
        prepare(self._device)
        with at_length():
            answer = self._ask(self._program, rows)
        require_same(answer, self._ask(self.network, rows), how.rounding)
        return self._program


def _laid_out(rows: Rows) -> Rows:
    """What is compiled is for numbers in one order of memory."""
    return replace(rows, latents=rows.latents.contiguous())
