"""Sources: the files that jobs begin with or follow, whose they are, and how long they stay."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from engine.errors import NotFound

MOST_UNUSED = 512 * 2**20
"""Bytes that one owner may have uploaded for jobs that are not there yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Somebody needs the file of that digest.

    `waits` while a job that uses it has not ended, or where it was uploaded and no job of its owner
    has used it since; `painted` while a picture is left that was begun from it.
    """

    digest: str
    owner: str
    waits: bool = False
    painted: bool = False


def needed(uses: Iterable[Use], leaving: Mapping[str, str | None]) -> set[str]:
    """Of files that nothing else names, those that must stay as sources.

    `leaving` says whose picture each was, None where it was nobody's. A picture that its owner
    deletes goes, also where other pictures of the same owner were begun from it.
    """
    return {
        use.digest
        for use in uses
        if use.waits or (use.painted and use.owner != leaving[use.digest])
    }


def require_own(digests: Collection[str], own: Collection[str]) -> None:
    """Raises NotFound: of somebody else's just as of those that there never were."""
    if not set(digests) <= set(own):
        raise NotFound("I have no such picture of yours to begin from. Send it along once more.")


def surplus(uploads: Iterable[tuple[str, int]], most: int) -> list[str]:
    """Of somebody's uploads that no job has used yet, the newest first and with their sizes, those
    that make room for the others."""
    left, leaving = most, []
    for digest, size in uploads:
        left -= size
        if left < 0:
            leaving.append(digest)
    return leaving
