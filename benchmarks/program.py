"""Program: one of its own beside this one, whose memory, flags and compilers nobody else uses."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parent.parent
LAST_LINES = 5
ENDS_WITHIN_S = 10.0


class Program:
    """Answers each question with what is JSON. It ends with this one, however this one ends."""

    def __init__(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        """Goes on while it gets ready."""
        self._name = " ".join([module.rpartition(".")[2], *arguments])
        self.started = perf_counter()
        # Closed with the program.
        self._said = TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, question: Any, *, within_s: float) -> Any:
        """Raises RuntimeError where it has no answer, or none so soon: then it is over with it."""
        late = threading.Event()
        clock = threading.Timer(max(0.0, within_s), self._give_up, [late])
        clock.start()
        try:
            answer = self._answer(question)
        finally:
            clock.cancel()
        if answer is None:
            code = self._process.wait()
            ended = (
                f"had no answer within {within_s:.0f} s" if late.is_set() else f"ended with {code}"
            )
            raise RuntimeError(f"{self._name} {ended}: {self._last()}")
        told = json.loads(answer)
        if "error" in told:
            raise RuntimeError(f"{self._name}: {told['error']}")
        return told["answer"]

    def close(self) -> None:
        # That nobody asks any more is the sign to end.
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # It may have ended before, with a question unread.
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _answer(self, question: Any) -> str | None:
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            return None
        try:
            asked.write(f"{json.dumps(question)}\n")
            asked.flush()
        except BrokenPipeError:
            return None
        return answers.readline() or None

    def _last(self) -> str:
        """Of what it wrote beside its answers."""
        self._said.seek(0)
        return " / ".join(self._said.read().strip().splitlines()[-LAST_LINES:])
