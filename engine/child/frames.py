"""Frames: what goes through the socket between two processes, each whole or not at all."""

import json
import os
import socket
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Any

from engine.child.memory import put_aside, taken_out

HEAD = Struct("!4sI?")
"""The mark, how long the JSON is, and whether its pieces come in a memory beside it."""
MARK = b"EASL"
MOST = 64 * 1024 * 1024
"""Bytes of a frame without the memory beside it."""
SMALL = 64 * 1024
"""Pieces up to here stand behind the JSON: descriptors on their way are few, and previews many."""
AT_ONCE = 64 * 1024
DESCRIPTORS = 16
INT = 4
CLOSED_BY_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class Rubbish(ValueError):
    """What came is nothing that our own code sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is said, as JSON can hold it, and the bytes that belong to it."""

    told: Mapping[str, Any]
    pieces: tuple[bytes, ...] = ()


def send(place: socket.socket, frame: Frame) -> None:
    """Returns when all of it is on its way. Raises OSError."""
    lengths = [len(piece) for piece in frame.pieces]
    aside = sum(lengths) > SMALL
    told = json.dumps({"told": frame.told, "lengths": lengths}).encode("ascii")
    head = HEAD.pack(MARK, len(told), aside)
    if not aside:
        place.sendall(b"".join((head, told, *frame.pieces)))
        return
    memory = put_aside(frame.pieces)
    try:
        whole = head + told
        sent = socket.send_fds(place, [whole], [memory])
        place.sendall(whole[sent:])
    finally:
        os.close(memory)


class Frames:
    """Those that come out of a socket, however they were cut up on their way.

    A descriptor comes with the first byte of its frame, or with bytes of the frames before it, so
    they are kept in their order until their frames are whole.
    """

    def __init__(self, place: socket.socket) -> None:
        self._place = place
        self._held = bytearray()
        self._memories: deque[int] = deque()

    def next(self) -> Frame | None:
        """None where the other side has ended. Raises Rubbish and OSError."""
        if not self._fill(HEAD.size):
            if self._held:
                raise Rubbish("it ended in the middle of something")
            return None
        mark, length, aside = HEAD.unpack(self._take(HEAD.size))
        if mark != MARK or length > MOST:
            raise Rubbish("it sent what begins as nothing that is known")
        told, lengths = self._told(length)
        pieces = self._aside(lengths) if aside else tuple(map(self._whole, lengths))
        if self._memories and not self._held:
            raise Rubbish("it sent a descriptor that belongs to nothing")
        return Frame(told=told, pieces=pieces)

    def close(self) -> None:
        """Let go of what came and was not asked for any more."""
        while self._memories:
            os.close(self._memories.popleft())

    def _told(self, length: int) -> tuple[Mapping[str, Any], list[int]]:
        whole = self._whole(length)
        try:
            match json.loads(whole):
                case {"told": dict(told), "lengths": list(lengths)} if all(
                    map(_is_length, lengths)
                ):
                    return told, lengths
        except (ValueError, RecursionError) as error:
            raise Rubbish("it sent what is no JSON") from error
        raise Rubbish("it sent JSON that says nothing")

    def _aside(self, lengths: list[int]) -> tuple[bytes, ...]:
        if not self._memories:
            raise Rubbish("it spoke of a memory that did not come")
        memory = self._memories.popleft()
        try:
            return taken_out(memory, lengths)
        except ValueError as error:
            raise Rubbish(str(error)) from error
        finally:
            os.close(memory)

    def _whole(self, length: int) -> bytes:
        if length > MOST:
            raise Rubbish("it sent more than it may")
        if not self._fill(length):
            raise Rubbish("it ended in the middle of something")
        return self._take(length)

    def _take(self, length: int) -> bytes:
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken

    def _fill(self, length: int) -> bool:
        """Until so many bytes are held; False where the other side ends before."""
        while len(self._held) < length:
            part, beside, flags, _ = self._place.recvmsg(
                AT_ONCE, socket.CMSG_SPACE(DESCRIPTORS * INT), CLOSED_BY_EXEC
            )
            for level, kind, packed in beside:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    whole = len(packed) // INT * INT
                    self._memories.extend(memoryview(packed)[:whole].cast("i"))
            if flags & socket.MSG_CTRUNC:
                raise Rubbish("a descriptor did not come: too many are open here")
            if not part:
                return False
            self._held += part
        return True


def _is_length(told: object) -> bool:
    return type(told) is int and told >= 0
