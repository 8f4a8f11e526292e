"""What jobs begin from stays as long as somebody needs it, and then leaves."""

from dataclasses import replace

import pytest

from engine.errors import NotFound
from engine.job import Owner
from engine.request import ImageRequest
from tests.storage.conftest import Shelf
from tests.storage.samples import ALICE, BOB, LATER, NOON, a_job, painted_job


async def test_a_source_leaves_with_the_last_picture_that_was_begun_from_it(shelf: Shelf) -> None:
    source = await shelf.ledger.keep(ALICE.id, b"a photo", NOON)
    request = ImageRequest(prompt="a fox", image=source)
    for name in ("a", "b"):
        await painted_job(shelf.ledger, replace(a_job(id=name), request=request))
    newer, older = await shelf.archive.page(ALICE.id)

    await shelf.archive.remove(ALICE.id, [older.number])
    assert await shelf.ledger.file(source) == b"a photo"
    await shelf.archive.remove(ALICE.id, [newer.number])

    with pytest.raises(NotFound):
        await shelf.ledger.file(source)


async def test_what_names_no_file_hinders_nothing(shelf: Shelf) -> None:
    request = ImageRequest(prompt="a fox", image="../../etc/passwd")
    await painted_job(shelf.ledger, replace(a_job(), request=request))
    [picture] = await shelf.archive.page(ALICE.id)

    await shelf.archive.remove(ALICE.id, [picture.number])

    assert not await shelf.archive.page(ALICE.id)


async def test_a_source_stays_while_a_job_of_anybody_waits_for_it(shelf: Shelf) -> None:
    source = await shelf.ledger.keep(ALICE.id, b"a photo", NOON)
    await shelf.ledger.keep(BOB.id, b"a photo", NOON)
    request = ImageRequest(prompt="a fox", image=source)
    await painted_job(shelf.ledger, replace(a_job(), request=request))
    await shelf.ledger.record(replace(a_job(id="bob's", owner=BOB), request=request))
    [picture] = await shelf.archive.page(ALICE.id)

    await shelf.archive.remove(ALICE.id, [picture.number])

    assert await shelf.ledger.file(source) == b"a photo"


@pytest.mark.parametrize("owner", [ALICE, BOB])
async def test_what_was_uploaded_again_waits_for_its_job(shelf: Shelf, owner: Owner) -> None:
    source = await shelf.ledger.keep(ALICE.id, b"a photo", NOON)
    request = ImageRequest(prompt="a fox", image=source)
    await painted_job(shelf.ledger, replace(a_job(), request=request))
    [picture] = await shelf.archive.page(ALICE.id)
    await shelf.ledger.keep(owner.id, b"a photo", LATER)

    await shelf.archive.remove(ALICE.id, [picture.number])

    assert await shelf.ledger.file(source) == b"a photo"


async def test_a_picture_that_somebody_else_began_from_stays_as_long_as_theirs(
    shelf: Shelf,
) -> None:
    await painted_job(shelf.ledger, a_job())
    [fox] = await shelf.archive.page(ALICE.id)
    await shelf.ledger.keep(BOB.id, await shelf.ledger.file(fox.file), NOON)
    request = ImageRequest(prompt="a fox", image=fox.file)
    await painted_job(shelf.ledger, replace(a_job(id="bob's", owner=BOB), request=request))
    [bobs] = await shelf.archive.page(BOB.id)

    await shelf.archive.remove(ALICE.id, [fox.number])
    assert await shelf.ledger.file(fox.file)
    await shelf.archive.remove(BOB.id, [bobs.number])

    with pytest.raises(NotFound):
        await shelf.ledger.file(fox.file)
