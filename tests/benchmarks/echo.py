"""A program that is asked line by line, to be tried: it answers, fails, halts or ends."""

import os
import threading
from typing import Any

from benchmarks.answering import answer_all


def answer(question: Any) -> Any:
    match question:
        case "fail":
            raise ValueError("that is no question")
        case "halt":
            threading.Event().wait()
        case "end":
            os.write(2, b"one line\nno kernel image\n")
            os._exit(3)
        case "print":
            os.write(1, b"libraries say this and that\n")
    return question


if __name__ == "__main__":
    answer_all(answer)
