"""Both directions of a socket in threads of their own."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import psutil
import pytest

from engine.child.frames import MARK, Frame, Frames, Rubbish, send
from engine.child.memory import put_aside
from engine.child.post import Post
from tests.engine.child.nursery import hearing, soon

A_FRAME = Frame(told={"is": "a fox"}, pieces=(b"fox",))


class End:
    """One end of a socket, and what came there."""

    def __init__(self, place: socket.socket) -> None:
        self.heard: list[Frame] = []
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str | None] = self._loop.create_future()
        self.post = Post(place, hear=self._hear, lost=self._lose)
        self.post.start()

    def _hear(self, frame: Frame) -> None:
        match frame.told:
            case {"is": "rubbish"}:
                raise Rubbish("nobody says so")
            case {"is": "bug"}:
                raise RuntimeError("what nobody expected")
        self.heard.append(frame)

    def _lose(self, wrong: str | None) -> None:
        self._loop.call_soon_threadsafe(self.lost.set_result, wrong)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    before = psutil.Process().num_fds()
    one, other = socket.socketpair()
    with one, other:
        yield one, other
    assert psutil.Process().num_fds() == before


Pair = tuple[socket.socket, socket.socket]


async def test_what_is_sent_from_one_end_is_heard_at_the_other(pair: Pair) -> None:
    one, other = End(pair[0]), End(pair[1])

    for post in (one.post, other.post):
        for _ in range(3):
            post.send(A_FRAME)
    one.post.flush()
    pair[0].shutdown(socket.SHUT_WR)

    assert await soon(other.lost) is None
    assert other.heard == [A_FRAME] * 3
    assert await soon(one.lost) is None


async def test_what_was_given_is_sent_before_a_flush_ends(pair: Pair) -> None:
    end = End(pair[0])
    end.post.send(A_FRAME)

    end.post.flush()

    with closing(Frames(pair[1])) as frames:
        assert frames.next() == A_FRAME
    pair[1].close()
    assert await soon(end.lost) is None


async def test_who_sends_waits_for_nobody_who_reads(pair: Pair) -> None:
    end = End(pair[0])
    for _ in range(20):
        end.post.send(Frame(told={"words": "fox" * 100_000}))

    pair[1].close()

    assert await soon(end.lost) is None


@pytest.mark.parametrize("close", [socket.socket.close, lambda place: place.shutdown(2)])
async def test_an_end_is_told_once_and_as_nothing_wrong(pair: Pair, close: Any) -> None:
    end = End(pair[0])
    end.post.send(A_FRAME)
    end.post.flush()

    # Without having read what came: the system calls that a connection that was reset.
    close(pair[1])

    assert await soon(end.lost) is None
    assert not [thread for thread in threading.enumerate() if thread.name == "post out"]
    end.post.send(A_FRAME)


@pytest.mark.parametrize(("kind", "why"), [("rubbish", "nobody says so"), ("bug", "RuntimeError")])
async def test_what_cannot_be_understood_ends_it(pair: Pair, kind: str, why: str) -> None:
    end = End(pair[0])

    with hearing() as heard:
        send(pair[1], Frame(told={"is": kind}))
        # It may be gone already.
        with suppress(BrokenPipeError):
            send(pair[1], A_FRAME)
        wrong = await soon(end.lost)

    assert wrong is not None
    assert why in wrong
    assert end.heard == []
    assert len(heard.saying("met a bug")) == (kind == "bug")


async def test_what_cannot_be_sent_ends_it_and_says_why(pair: Pair) -> None:
    end = End(pair[0])

    end.post.send(Frame(told={"is": object()}))

    wrong = await soon(end.lost)
    assert wrong is not None
    assert "nothing could be sent to it" in wrong
    with closing(Frames(pair[1])) as frames:
        assert frames.next() is None


async def test_what_went_wrong_first_is_what_is_told(pair: Pair) -> None:
    end = End(pair[0])
    pair[1].sendall(MARK)

    end.post.send(Frame(told={"is": object()}))

    wrong = await soon(end.lost)
    assert wrong is not None
    assert "nothing could be sent to it" in wrong


async def test_rubbish_on_the_wire_ends_it(pair: Pair) -> None:
    end = End(pair[0])
    memory = put_aside([b"fox"])

    socket.send_fds(pair[1], [b"x" * 100], [memory])
    os.close(memory)

    wrong = await soon(end.lost)
    assert wrong is not None
    assert "nothing that is known" in wrong


async def test_rubbish_from_one_who_reads_nothing_ends_it(pair: Pair) -> None:
    end = End(pair[0])
    for _ in range(20):
        end.post.send(Frame(told={"words": "fox" * 100_000}))

    pair[1].sendall(b"x" * 100)

    wrong = await soon(end.lost)
    assert wrong is not None
    assert "nothing that is known" in wrong
