"""Answering: the side of a program that is asked line by line by the one that started it."""

import json
import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NoReturn

Question = Any


def answer_all(
    answer: Callable[[Question], Any], *, first: Callable[[], object] = lambda: None
) -> NoReturn:
    """Every line with a line, until whoever asks is gone: then at once, whatever is at work.

    What libraries print goes beside the answers from then on. `first` needs no question.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    questions: SimpleQueue[Question] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), name="listening", daemon=True).start()
    first()
    while True:
        question = questions.get()
        try:
            told = {"answer": answer(question)}
        except Exception as error:  # whoever asked writes it down
            told = {"error": f"{type(error).__name__}: {error}"}
        answers.write(f"{json.dumps(told)}\n")
        answers.flush()


def _listen(questions: SimpleQueue[Question]) -> None:
    for line in sys.stdin:
        questions.put(json.loads(line))
    # At once: nobody wants the answer, and a card that is at work would disturb the next who asks.
    os._exit(0)
