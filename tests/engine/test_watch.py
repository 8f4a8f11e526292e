"""Who watches hears of every change, with whose it is."""

from engine.errors import PaintingFailed
from engine.gallery import Gallery
from engine.job import Status
from engine.request import ImageRequest
from engine.watch import Change, Subject, Watch
from tests.engine.house import House, open_house
from tests.storage.samples import ALICE, NOON

A_FOX = ImageRequest(prompt="a fox", seed=7)


def test_who_watches_no_more_hears_nothing() -> None:
    watch, heard = Watch(), list[Change]()
    watch.add(heard.append)
    watch.tell(Subject.JOB, "local", "one")
    watch.remove(heard.append)
    watch.tell(Subject.JOB, "local", "two")

    assert [change.name for change in heard] == ["one"]


def test_who_watches_twice_hears_once() -> None:
    watch, heard = Watch(), list[Change]()
    hear = heard.append
    watch.add(hear)
    watch.add(hear)
    watch.tell(Subject.QUEUE)

    assert heard == [Change(subject=Subject.QUEUE)]


def listen(house: House) -> list[Change]:
    heard: list[Change] = []
    house.line.watch.add(heard.append)
    return heard


async def test_a_job_is_heard_of_when_it_comes_is_begun_goes_on_and_ends() -> None:
    async with open_house() as house:
        heard = listen(house)
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await ticket.pictures()

    assert {(change.owner, change.name) for change in heard} == {(ALICE.id, ticket.job.id)}
    assert [change.subject for change in heard] == [
        Subject.JOB,
        Subject.JOB,
        Subject.PROGRESS,
        Subject.JOB,
    ]


async def test_at_its_end_the_ledger_knows_of_it() -> None:
    async with open_house() as house:
        ended: list[bool] = []
        house.line.watch.add(lambda change: ended.append(not house.line.knows(change.name)))
        house.painter.gate.set()
        ticket = await house.studio.submit(ImageRequest(prompt="fail"), ALICE)
        try:
            await ticket.pictures()
        except PaintingFailed:
            job = await house.ledger.job(ticket.job.id)

    assert ended[-1]
    assert job.status is Status.FAILED


async def test_what_history_answers_is_heard_of() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        await (await house.studio.submit(A_FOX, ALICE)).pictures()
        heard = listen(house)
        again = await house.studio.submit(A_FOX, ALICE)

    assert [(change.subject, change.name) for change in heard] == [(Subject.JOB, again.job.id)]


async def test_a_job_that_another_painter_has_keeps_its_owner() -> None:
    async with open_house(working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        heard = listen(house)
        house.line.follow(ticket.job.id)
        house.line.forget(ticket.job.id)

    assert {change.owner for change in heard} == {ALICE.id}


async def test_one_that_was_given_up_after_its_lease_is_heard_of() -> None:
    async with open_house(working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await house.ledger.begin(ticket.job.id, "a dead one", NOON)
        heard = listen(house)
        await house.caretaker.sweep()

    assert (ALICE.id, ticket.job.id) in {(change.owner, change.name) for change in heard}


async def test_deeds_of_moderators_are_heard_of() -> None:
    async with open_house(working=False) as house:
        heard = listen(house)
        await house.caretaker.notice_deeds()

    assert [(change.subject, change.owner) for change in heard] == [
        (Subject.STANDING, None),
        (Subject.QUEUE, None),
    ]


async def test_what_becomes_of_pictures_is_heard_of() -> None:
    async with open_house() as house:
        gallery = Gallery(
            archive=house.ledger.archive,
            ledger=house.ledger,
            withdraw=house.studio.cancel,
            watch=house.line.watch,
        )
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await ticket.pictures()
        (picture,) = await house.ledger.pictures(ticket.job.id)
        heard = listen(house)
        await gallery.favour(ALICE, picture.number)
        await gallery.favour(ALICE, picture.number, favourite=False)
        await gallery.remove(ALICE, [picture.number])
        await gallery.forget(ALICE)

    number = str(picture.number)
    assert [(change.subject, change.name, change.more) for change in heard] == [
        (Subject.PICTURE, number, "favoured"),
        (Subject.PICTURE, number, "unfavoured"),
        (Subject.PICTURE, number, "deleted"),
        (Subject.EVERYTHING, "", ""),
    ]
