"""Frames through a socket, however they are cut up, and what is none."""

import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from engine.child.frames import HEAD, MARK, MOST, SMALL, Frame, Frames, Rubbish, send
from engine.child.memory import put_aside
from tests.engine.child.nursery import PATIENCE_S

LARGE = Frame(told={"is": "large"}, pieces=(b"a" * SMALL, b"", b"b"))
PLAIN = Frame(told={"is": "plain", "words": "Füchse \ud800"}, pieces=(b"fox", b""))
FRAMES = (PLAIN, LARGE, LARGE, Frame(told={}), PLAIN)
LONG = Frame(told={"words": "fox " * 500_000})
OPEN = Path("/proc/self/fd")
MEMORY = "memfd:easel"
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Its first is the one that is read; whatever was sent, nothing stays open."""
    before = psutil.Process().num_fds()
    one, other = socket.socketpair()
    with one, other:
        yield one, other
    assert psutil.Process().num_fds() == before


def packed(told: bytes, *, aside: bool = False) -> bytes:
    return HEAD.pack(MARK, len(told), aside) + told


def read_all(place: socket.socket) -> list[Frame]:
    with closing(Frames(place)) as frames:
        return list(iter(frames.next, None))


def test_frames_come_whole_and_in_order(pair: Pair) -> None:
    for frame in FRAMES:
        send(pair[1], frame)
    pair[1].close()

    assert read_all(pair[0]) == list(FRAMES)


def test_a_frame_that_comes_byte_by_byte_is_whole(pair: Pair) -> None:
    sending, inside = socket.socketpair()
    with sending, inside:
        send(sending, PLAIN)
        for byte in inside.recv(1000):
            pair[1].sendall(bytes([byte]))
    pair[1].close()

    assert read_all(pair[0]) == [PLAIN]


def test_a_frame_that_does_not_fit_into_the_socket_is_sent_as_it_is_read(pair: Pair) -> None:
    huge = Frame(told=LONG.told, pieces=LARGE.pieces)
    # So the system takes what there is room for, and not all at once.
    pair[1].settimeout(PATIENCE_S)

    def send_it() -> None:
        send(pair[1], huge)
        pair[1].close()

    sending = threading.Thread(target=send_it)
    sending.start()

    read = read_all(pair[0])
    sending.join()

    assert read == [huge]


def test_an_end_between_two_frames_is_an_end(pair: Pair) -> None:
    pair[1].close()

    assert read_all(pair[0]) == []


@pytest.mark.parametrize("length", [1, HEAD.size, HEAD.size + 1, -1])
def test_an_end_in_the_middle_of_a_frame_is_rubbish(pair: Pair, length: int) -> None:
    whole = packed(b'{"told": {}, "lengths": [3]}') + b"fox"
    pair[1].sendall(whole[:length])
    pair[1].close()

    with pytest.raises(Rubbish, match="middle"):
        read_all(pair[0])


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "nothing that is known"),
        (HEAD.pack(b"EASE", 2, False) + b"{}", "nothing that is known"),
        (HEAD.pack(MARK, MOST + 1, False), "nothing that is known"),
        (packed(b"no"), "no JSON"),
        (packed(b"\xff\xfe"), "no JSON"),
        (packed(b"[" * 100_000), "no JSON"),
        (packed(b"[]"), "says nothing"),
        (packed(b'{"told": {}}'), "says nothing"),
        (packed(b'{"told": [], "lengths": []}'), "says nothing"),
        (packed(b'{"told": {}, "lengths": [-1]}'), "says nothing"),
        (packed(b'{"told": {}, "lengths": [true]}'), "says nothing"),
        (packed(b'{"told": {}, "lengths": [%d]}' % (MOST + 1)), "more than it may"),
        (packed(b'{"told": {}, "lengths": [3]}', aside=True), "did not come"),
    ],
)
def test_what_is_no_frame_is_rubbish(pair: Pair, sent: bytes, why: str) -> None:
    pair[1].sendall(sent)
    pair[1].close()

    with pytest.raises(Rubbish, match=why):
        read_all(pair[0])


@pytest.mark.parametrize(
    ("told", "aside", "why"),
    [
        (b'{"told": {}, "lengths": [4]}', True, "more or less"),
        (b'{"told": {}, "lengths": []}', False, "belongs to nothing"),
    ],
)
def test_a_memory_that_is_not_as_it_was_said_is_rubbish(
    pair: Pair, told: bytes, aside: bool, why: str
) -> None:
    memory = put_aside([b"fox"])
    socket.send_fds(pair[1], [packed(told, aside=aside)], [memory])
    os.close(memory)
    pair[1].close()

    with pytest.raises(Rubbish, match=why):
        read_all(pair[0])


def test_memories_of_frames_that_nobody_reads_any_more_are_let_go(pair: Pair) -> None:
    memory = put_aside([b"fox"])
    for _ in range(3):
        socket.send_fds(pair[1], [packed(b"{")[:-1]], [memory])
    os.close(memory)
    pair[1].close()

    with suppress(Rubbish):
        read_all(pair[0])


def test_no_program_that_is_started_meanwhile_has_what_came(pair: Pair) -> None:
    memory = put_aside([b"fox"])
    socket.send_fds(pair[1], [packed(b"{}")[:1]], [memory])
    pair[1].close()
    os.close(memory)
    frames = Frames(pair[0])

    with suppress(Rubbish):
        frames.next()
    came = [link for link in OPEN.iterdir() if link.is_symlink() and MEMORY in str(link.readlink())]
    inheritable = [os.get_inheritable(int(link.name)) for link in came]
    frames.close()

    assert inheritable == [False]


def test_only_what_is_large_goes_aside(pair: Pair) -> None:
    came = []
    for pieces in ((b"a" * SMALL,), (b"a" * SMALL, b"b")):
        send(pair[1], Frame(told={}, pieces=pieces))
        _, memories, _, _ = socket.recv_fds(pair[0], 2 * SMALL, 16)
        came.append(len(memories))
        for memory in memories:
            os.close(memory)

    assert came == [0, 1]


def test_a_memory_for_which_there_is_no_descriptor_left_is_told_of(pair: Pair) -> None:
    send(pair[1], LARGE)
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, usual[1]))
    try:
        with pytest.raises(Rubbish, match="too many are open"):
            Frames(pair[0]).next()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)
