"""Post: both directions of a socket, each in a thread of its own, so that nobody waits for it.

Who is halted at the other end halts only these threads.
"""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

from engine.child.frames import Frame, Frames, Rubbish, send

log = logging.getLogger(__name__)


class Post:
    """Calls `hear` with each frame that comes, and at the very end `lost` once, in its thread.

    `lost` is told what was wrong; None where the other side only went. What `hear` raises as
    Rubbish is an end too.
    """

    def __init__(
        self,
        place: socket.socket,
        *,
        hear: Callable[[Frame], None],
        lost: Callable[[str | None], None],
    ) -> None:
        self._place = place
        self._hear = hear
        self._lost = lost
        self._outbox: SimpleQueue[Frame | None] = SimpleQueue()
        self._wrong: str | None = None
        # Daemons, or a program that died without closing them could not end.
        self._writer = threading.Thread(target=self._write, name="post out", daemon=True)
        self._reader = threading.Thread(target=self._read, name="post in", daemon=True)

    def start(self) -> None:
        self._writer.start()
        self._reader.start()

    def send(self, frame: Frame) -> None:
        """It goes when it can; nobody who sends to one who is gone is told so here."""
        self._outbox.put(frame)

    def flush(self) -> None:
        """Until everything is sent, or nobody is there who takes it. Nothing is sent after it."""
        self._outbox.put(None)
        self._writer.join()

    def _write(self) -> None:
        try:
            while (frame := self._outbox.get()) is not None:
                send(self._place, frame)
        except (BrokenPipeError, ConnectionResetError):
            log.debug("there is nobody who takes it any more")
        except Exception as error:
            # Half a frame went, perhaps: nothing after it could be read.
            self._wrong = f"nothing could be sent to it: {error}"
            self._hang_up()

    def _read(self) -> None:
        frames = Frames(self._place)
        try:
            while (frame := frames.next()) is not None:
                self._hear(frame)
        except ConnectionResetError:
            log.debug("it went before it had read everything")
        except (Rubbish, OSError) as error:
            self._wrong = self._wrong or str(error)
        except Exception as error:
            log.exception("what came from another process met a bug")
            self._wrong = f"a bug was met: {type(error).__name__}"
        finally:
            frames.close()
            # It also wakes the writer where nobody takes what it sends.
            self._hang_up()
            self.flush()
            self._place.close()
            self._lost(self._wrong)

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._place.shutdown(socket.SHUT_RDWR)
