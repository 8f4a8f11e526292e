"""Watch: who hears of what changes, at the moment when it does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What a change is about."""

    JOB = "job"
    """It came, was begun, went to another painter, or has ended."""
    PROGRESS = "progress"
    PICTURE = "picture"
    STANDING = "standing"
    """What somebody may use."""
    QUEUE = "queue"
    EVERYTHING = "everything"
    """All that somebody had is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`name` is the job's or the number of the picture, `more` what became of it.

    Without an `owner` it may be anybody's.
    """

    subject: Subject
    owner: str | None = None
    name: str = ""
    more: str = ""


FAVOURED, UNFAVOURED, DELETED = "favoured", "unfavoured", "deleted"
"""What can become of a picture."""

Watcher = Callable[[Change], None]
"""Is called between two changes, so it only notes what it hears."""


class Watch:
    """Whoever watches is told; where nobody does, telling costs nothing."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []

    def add(self, watcher: Watcher) -> None:
        if watcher not in self._watchers:
            self._watchers.append(watcher)

    def remove(self, watcher: Watcher) -> None:
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def tell(
        self, subject: Subject, owner: str | None = None, name: str = "", more: str = ""
    ) -> None:
        if self._watchers:
            change = Change(subject=subject, owner=owner, name=name, more=more)
            for watcher in tuple(self._watchers):
                watcher(change)
