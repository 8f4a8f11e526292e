"""What every ledger tells of the past: costs, pictures and their files."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from engine.errors import NotFound
from engine.extra import Control, Extra
from engine.job import Bookmark, Remembered, Status
from engine.ports import Ledger
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
    pictures_of,
)


async def history_in_pages(ledger: Ledger, *, limit: int) -> list[Remembered]:
    seen: list[Remembered] = []
    while page := await ledger.history(
        ALICE.id, before=seen[-1].bookmark if seen else None, limit=limit
    ):
        seen += page
    return seen


async def test_spent_is_the_price_until_the_cost_is_known(ledger: Ledger) -> None:
    job = a_job(tiles=2, price=8)
    await ledger.record(job)
    queued = await ledger.spent(ALICE.id, NOON)
    await ledger.begin("fox", "a painter", LATER)
    painting = await ledger.spent(ALICE.id, NOON)

    await ledger.finish("fox", 1, pictures_of(job, seconds=1.5), LATER)

    assert (queued, painting) == (8, 8)
    assert await ledger.spent(ALICE.id, NOON) == 3


@pytest.mark.parametrize("status", ENDED)
async def test_what_ended_without_a_picture_costs_nothing(ledger: Ledger, status: Status) -> None:
    await ledger.record(replace(a_job(), spent=5.0))

    await ledger.end("fox", status, "", now=LATER)

    assert await ledger.spent(ALICE.id, NOON) == 0


async def test_spent_counts_only_the_owner_and_only_since_then(ledger: Ledger) -> None:
    await ledger.record(a_job(id="before", price=1, submitted=NOON - timedelta(microseconds=1)))
    await ledger.record(a_job(id="then", price=2, submitted=NOON))
    await ledger.record(a_job(id="after", price=4, submitted=LATER))
    await ledger.record(a_job(id="bob's", price=8, owner=BOB))

    assert await ledger.spent(ALICE.id, NOON) == 6


async def test_history_begins_with_the_newest(ledger: Ledger) -> None:
    for minute, name in [(1, "older"), (3, "newest"), (2, "newer")]:
        await painted_job(ledger, a_job(id=name), painted=NOON + timedelta(minutes=minute))
    await painted_job(ledger, a_job(id="bob's", owner=BOB))

    history = await ledger.history(ALICE.id)

    assert [picture.job for picture in history] == ["newest", "newer", "older"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_no_page_of_history_loses_or_repeats_a_picture(ledger: Ledger, limit: int) -> None:
    for name in "abc":
        await painted_job(ledger, a_job(id=name, tiles=3), painted=LATER)
    await painted_job(ledger, a_job(id="old", tiles=2), painted=NOON)

    seen = await history_in_pages(ledger, limit=limit)

    assert [picture.job for picture in seen] == [*"cccbbbaaa", "old", "old"]
    assert len({(picture.job, picture.tile) for picture in seen}) == 11


async def test_a_picture_painted_meanwhile_does_not_move_the_next_page(ledger: Ledger) -> None:
    await painted_job(ledger, a_job(id="a", tiles=2))
    await painted_job(ledger, a_job(id="b", tiles=2))
    page = await ledger.history(ALICE.id, limit=2)
    await painted_job(ledger, a_job(id="c"), painted=LATER + timedelta(seconds=1))

    following = await ledger.history(ALICE.id, before=page[-1].bookmark)

    assert [picture.job for picture in [*page, *following]] == ["b", "b", "a", "a"]


async def test_a_bookmark_means_a_moment_in_whatever_zone(ledger: Ledger) -> None:
    await painted_job(ledger, a_job(id="a"), painted=NOON)
    await painted_job(ledger, a_job(id="b"), painted=LATER)
    in_tokyo = LATER.astimezone(timezone(timedelta(hours=9)))

    following = await ledger.history(ALICE.id, before=Bookmark(in_tokyo, "b", 0))

    assert [picture.job for picture in following] == ["a"]


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

    found = await ledger.painted(replace(A_FOX, guidance=4))

    assert found == (await ledger.pictures("fox"))[0]
    assert [await ledger.painted(other) for other in others] == [None] * len(others)


async def test_of_equal_pictures_the_newest_is_found_whoever_asked(ledger: Ledger) -> None:
    await painted_job(ledger, a_job(id="older"), painted=NOON)
    await painted_job(ledger, a_job(id="newest", owner=BOB), painted=LATER)
    await painted_job(ledger, a_job(id="old"), painted=NOON + timedelta(seconds=1))

    found = await ledger.painted(A_FOX)

    assert found is not None
    assert found.job == "newest"


async def test_a_picture_whose_file_is_gone_is_not_found(shelf: Shelf) -> None:
    for minute, name in enumerate(["first", "second", "third"]):
        await painted_job(shelf.ledger, a_job(id=name), painted=NOON + timedelta(minutes=minute))
    first, second, third = [
        (await shelf.ledger.pictures(name))[0] for name in ["first", "second", "third"]
    ]

    shelf.lose(third.file)
    shelf.lose(second.file)

    assert await shelf.ledger.painted(A_FOX) == first
    with pytest.raises(NotFound):
        await shelf.ledger.file(third.file)
    shelf.lose(first.file)
    assert await shelf.ledger.painted(A_FOX) is None


async def test_a_file_is_kept_under_the_sha256_of_its_bytes(ledger: Ledger) -> None:
    digest = await ledger.keep(b"hello")

    assert digest == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert await ledger.keep(b"hello") == digest
    assert await ledger.file(digest) == b"hello"


@pytest.mark.parametrize("digest", ["", "0" * 64, "../../../../etc/passwd", "A" * 64, "0" * 63])
async def test_a_file_that_was_never_kept_is_not_found(ledger: Ledger, digest: str) -> None:
    with pytest.raises(NotFound):
        await ledger.file(digest)
