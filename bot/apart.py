"""Apart: work in a thread of its own, which nobody waits for where the program ends."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Answer = TypeVar("Answer")


async def apart(work: Callable[[], Answer]) -> Answer:
    """Unlike asyncio.to_thread: the end of an event loop waits for the threads of that."""
    answer = Future[Answer]()
    # From here on it cannot be cancelled, so that there is somebody to answer.
    answer.set_running_or_notify_cancel()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, name="apart", daemon=True).start()
    return await asyncio.wrap_future(answer)
