"""Everything we raise on purpose. `str(error)` is a sentence for the person who asked.

EaselError
├── Rejected              the request never entered the queue
│   ├── InvalidRequest    something in it cannot be painted; says what can
│   ├── QuotaExceeded     .retry_at says when to come back
│   └── QueueFull
│       ├── ShareFull     all that one person may have of it is used
│       └── Stopping      this program ends; the next one takes it in
├── NotFound              no such job, or not yours
├── Cancelled             somebody withdrew the job
│   └── TakenOver         another painter has it, or had it last
├── PainterLost           the painter broke down, and only a new start mends it
├── PainterGone           one of several broke down: another, or itself once it is back, can go on
├── PaintingFailed        the engine tried and gave up
│   ├── OutOfMemory       the picture did not fit on the card
│   └── Unsafe            the safety model refused the finished picture
├── StorageFailed         the disk or the database said no
└── Misconfigured         Easel cannot start as it was told to
    ├── BadModel          these weights cannot be used
    └── Unavailable       what it needs is away or in use, and may be there at the next start
"""

from datetime import datetime

from engine.phrase import Phrase, Value, phrase_of


class EaselError(Exception):
    """The root of the tree.

    Made of an English sentence with names in braces, and their values beside it. Who speaks another
    language finds both in the `phrase`.
    """

    def __init__(self, sentence: str, /, **values: Value) -> None:
        self.phrase = Phrase(sentence, **values) if values else phrase_of(sentence)
        super().__init__(str(self.phrase))


class Rejected(EaselError):
    """The request never entered the queue."""


class InvalidRequest(Rejected):
    """Something in the request cannot be painted."""


class QuotaExceeded(Rejected):
    """The allowance is used up."""

    def __init__(
        self, sentence: str, /, *, retry_at: datetime | None = None, **values: Value
    ) -> None:
        super().__init__(sentence, **values)
        self.retry_at = retry_at


class QueueFull(Rejected):
    """No more room in the queue."""


class ShareFull(QueueFull):
    """All the room in the queue that one person may have is used."""


class Stopping(QueueFull):
    """This program ends, and what it has not begun waits for the next one."""


class NotFound(EaselError):
    """No such job, or not yours."""


class Cancelled(EaselError):
    """Somebody withdrew the job."""


class TakenOver(Cancelled):
    """Another painter has the job, or had it last."""


class PainterLost(EaselError):
    """The painter broke down, and only a new start mends it."""


class PainterGone(EaselError):
    """One of several painters broke down. Another can paint it, or itself once it is back."""


class PaintingFailed(EaselError):
    """The engine tried and gave up."""


class OutOfMemory(PaintingFailed):
    """The picture did not fit on the card."""


class Unsafe(PaintingFailed):
    """The safety model refused the finished picture."""


class StorageFailed(EaselError):
    """The disk or the database said no."""


class Misconfigured(EaselError):
    """Easel cannot start as it was told to."""


class BadModel(Misconfigured):
    """These weights cannot be used."""


class Unavailable(Misconfigured):
    """What Easel needs is away or in use, and may be there at the next start."""
