"""What every ledger tells of the past: costs, pictures and their files."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.errors import NotFound
from engine.extra import Control, Extra
from engine.job import Status
from engine.ports import Ledger
from engine.request import ImageRequest
from tests.storage.conftest import Shelf
from tests.storage.samples import (
    A_FOX,
    ALICE,
    BOB,
    ENDED,
    LATER,
    NOON,
    a_job,
    painted_job,
)


@pytest.mark.parametrize("status", ENDED)
async def test_what_ended_without_a_picture_costs_nothing(ledger: Ledger, status: Status) -> None:
    await ledger.record(replace(a_job(), spent=5.0))

    await ledger.end("fox", status, "", now=LATER)

    assert (await ledger.job("fox")).spent == 0


async def test_only_exactly_the_same_recipe_was_painted(ledger: Ledger) -> None:
    await painted_job(ledger, a_job())
    others = [
        replace(A_FOX, prompt="a fox "),
        replace(A_FOX, negative="rain"),
        replace(A_FOX, model="other"),
        replace(A_FOX, digest="d2"),
        replace(A_FOX, width=136),
        replace(A_FOX, height=136),
        replace(A_FOX, steps=21),
        replace(A_FOX, guidance=4.000001),
        replace(A_FOX, sampler="Euler a"),
        replace(A_FOX, seed=8),
        replace(A_FOX, image="0" * 64),
        replace(A_FOX, strength=0.5),
        replace(A_FOX, mask="0" * 64),
        replace(A_FOX, exact=True),
        replace(A_FOX, outpaint=(0, 8, 0, 0)),
        replace(A_FOX, variation=0.2, variation_seed=8),
        replace(A_FOX, upscale=2.0),
        replace(A_FOX, loras=(Extra(name="ink", digest="1"),)),
        replace(A_FOX, controls=(Control(name="edges", digest="1", image="2"),)),
        replace(A_FOX, hand="cuda"),
    ]

    found = await ledger.painted(ALICE.id, replace(A_FOX, guidance=4))

    assert found == (await ledger.pictures("fox"))[0]
    assert [await ledger.painted(ALICE.id, other) for other in others] == [None] * len(others)


async def test_of_equal_pictures_the_owners_newest_is_found(ledger: Ledger) -> None:
    await painted_job(ledger, a_job(id="older"), painted=NOON)
    await painted_job(ledger, a_job(id="newest"), painted=NOON + timedelta(seconds=1))
    await painted_job(ledger, a_job(id="bob's", owner=BOB), painted=LATER)

    found = await ledger.painted(ALICE.id, A_FOX)

    assert found is not None
    assert found.job == "newest"


async def test_what_somebody_else_has_is_not_found(ledger: Ledger) -> None:
    await painted_job(ledger, a_job())

    assert await ledger.painted(BOB.id, A_FOX) is None


async def test_files_are_of_whoever_gave_painted_or_began_from_them(ledger: Ledger) -> None:
    given = await ledger.keep(ALICE.id, b"given", NOON)
    begun = await ledger.keep(BOB.id, b"begun", NOON)
    strange = await ledger.keep(BOB.id, b"strange", NOON)
    request = ImageRequest(prompt="a fox", image=begun)
    await painted_job(ledger, replace(a_job(), request=request))
    painted = (await ledger.pictures("fox"))[0].file

    own = await ledger.own(ALICE.id, [given, begun, strange, painted, "0" * 64])

    assert set(own) == {given, begun, painted}
    assert set(await ledger.own(BOB.id, [given, begun, strange, painted])) == {begun, strange}
    assert not await ledger.own(ALICE.id, [])


async def test_a_picture_whose_file_is_gone_is_not_found(shelf: Shelf) -> None:
    for minute, name in enumerate(["first", "second", "third"]):
        await painted_job(shelf.ledger, a_job(id=name), painted=NOON + timedelta(minutes=minute))
    first, second, third = [
        (await shelf.ledger.pictures(name))[0] for name in ["first", "second", "third"]
    ]

    shelf.lose(third.file)
    shelf.lose(second.file)

    assert await shelf.ledger.painted(ALICE.id, A_FOX) == first
    with pytest.raises(NotFound):
        await shelf.ledger.file(third.file)
    shelf.lose(first.file)
    assert await shelf.ledger.painted(ALICE.id, A_FOX) is None


async def test_a_file_is_kept_under_the_sha256_of_its_bytes(ledger: Ledger) -> None:
    digest = await ledger.keep(ALICE.id, b"hello", NOON)

    assert digest == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert await ledger.keep(ALICE.id, b"hello", NOON) == digest
    assert await ledger.file(digest) == b"hello"


@pytest.mark.parametrize("digest", ["", "0" * 64, "../../../../etc/passwd", "A" * 64, "0" * 63])
async def test_a_file_that_was_never_kept_is_not_found(ledger: Ledger, digest: str) -> None:
    with pytest.raises(NotFound):
        await ledger.file(digest)
