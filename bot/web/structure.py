"""Structure: how much of it JSON may have, counted before anything is made of it.

Parsing holds up everybody. Long texts, as pictures are, take next to nothing; a list of very many
lists takes seconds.
"""

from aiohttp import web

MOST_OPENED = 10_000
"""Lists and objects."""
MOST_COMMAS = 20_000
"""Those in texts are counted too: a long prompt has some hundred."""
MOST_ESCAPED, A_SHARE = 100_000, 16
"""Marks that are written with a backslash, and that part of all: some write so each slash, and each
end of a line, of a picture as base64."""


class Structure:
    """Counted roughly, and quickly, as the pieces come."""

    def __init__(self) -> None:
        self._opened = self._commas = self._escaped = self._size = 0

    def look(self, piece: bytes) -> None:
        """Raises web.HTTPRequestEntityTooLarge."""
        self._opened += piece.count(b"[") + piece.count(b"{")
        self._commas += piece.count(b",")
        self._escaped += piece.count(b"\\")
        self._size += len(piece)
        escaped = self._escaped > MOST_ESCAPED and self._escaped > self._size // A_SHARE
        if self._opened > MOST_OPENED or self._commas > MOST_COMMAS or escaped:
            raise web.HTTPRequestEntityTooLarge(
                max_size=MOST_COMMAS,
                actual_size=MOST_COMMAS + 1,
                text="That body is made of more parts than I read. Send less of it at once.",
            )
