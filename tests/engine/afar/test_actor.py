"""What a node runs, without a cluster around it."""

import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from engine.afar.actor import TURN, Afar
from engine.afar.parcel import END, Parcel, packed, unpacked
from engine.child.frames import Rubbish
from engine.child.host import Send
from engine.child.messages import (
    Close,
    Failed,
    FromChild,
    Look,
    Paint,
    Painted,
    Ready,
    Seen,
    Stepped,
    ToChild,
    frame_of,
    from_child,
)
from tests.engine.child.fake_child import VITALS, open_fake
from tests.engine.child.nursery import orders, recipe, soon


def ignore(send: Send) -> None:
    """Takes no lines of this process away."""


async def begun(folder: Path, *models: str) -> Afar:
    actor = Afar(open_fake, listen=ignore)
    assert await actor.greet() == os.getpid()
    await tell(actor, orders(folder, *models))
    return actor


async def tell(actor: Afar, message: ToChild) -> None:
    await actor.hear(*packed(frame_of(message)))


async def all_of(turn: AsyncIterator[Parcel]) -> list[FromChild]:
    return [from_child(unpacked(parcel)) async for parcel in turn if parcel != END]


def painted_of(said: list[FromChild]) -> list[int]:
    return sorted(each.number for each in said if isinstance(each, Painted))


async def test_it_paints_looks_and_ends_in_order(tmp_path: Path) -> None:
    actor = await begun(tmp_path)
    await tell(actor, Paint(number=1, recipe=recipe(), sources={"a": b"fox"}, facts={}))
    talk = actor.talk()
    said: list[FromChild] = []
    while not painted_of(said):
        said.append(from_child(unpacked(await soon(anext(talk)))))
    await tell(actor, Look(number=2))
    seen = from_child(unpacked(await soon(anext(talk))))
    await tell(actor, Close())
    rest = await soon(all_of(talk))

    assert isinstance(said[0], Ready)
    pictures = [each.picture.png for each in said if isinstance(each, Painted)]
    assert pictures == [b"\x89PNGfox"]
    assert seen == Seen(number=2, vitals=VITALS)
    assert rest == []


async def test_who_is_greeted_twice_begins_once(tmp_path: Path) -> None:
    actor = await begun(tmp_path, "bad")

    await actor.greet()

    assert [type(message) for message in await soon(all_of(actor.talk()))] == [Failed]


async def test_a_stream_is_one_turn_and_the_next_goes_on_where_it_was(tmp_path: Path) -> None:
    actor = await begun(tmp_path)
    long = recipe(steps=150)
    for number in range(TURN // 150 + 1):
        await tell(actor, Paint(number=number, recipe=long, sources={}, facts={}))

    first = await soon(all_of(actor.talk()))
    said = list(first)
    while len(painted_of(said)) <= TURN // 150:
        async with aclosing(actor.talk()) as talk:  # type: ignore[type-var]
            async for parcel in talk:
                said.append(from_child(unpacked(parcel)))
                if len(painted_of(said)) > TURN // 150:
                    break

    assert len(first) == TURN
    assert painted_of(said) == [*range(TURN // 150 + 1)]
    steps = [each.step for each in said if isinstance(each, Stepped) and each.number == 0]
    assert steps == sorted(steps)


async def test_one_that_was_begun_anew_says_so_instead_of_being_silent(tmp_path: Path) -> None:
    anew = Afar(open_fake, listen=ignore)

    with pytest.raises(RuntimeError, match="this is another"):
        await tell(anew, orders(tmp_path))
    with pytest.raises(RuntimeError, match="this is another"):
        await soon(anext(anew.talk()))


async def test_what_is_no_message_is_refused(tmp_path: Path) -> None:
    actor = await begun(tmp_path)

    with pytest.raises(Rubbish):
        await actor.hear(b'{"is": "Nothing"}')
