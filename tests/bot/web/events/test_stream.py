"""What somebody with an open page hears, and what they do not."""

import pytest

from engine.accounts import Act
from engine.clock import utc_now
from engine.errors import Cancelled
from engine.gate import QUEUE, Gate
from engine.job import Owner, Status
from engine.key import Scope
from engine.request import ImageRequest
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.events.listener import listening

ALICE, BOB = Owner(id="discord:1", name="Alice"), Owner(id="discord:2", name="Bob")


def an_act() -> Act:
    return Act(who="discord:9", at=utc_now())


@pytest.fixture
async def alice(visit: Visit, house: House) -> Client:
    return await visit(await house.key("alice", owner=ALICE))


async def test_a_job_is_told_from_its_beginning_to_its_end(alice: Client, house: House) -> None:
    async with listening(alice) as stream:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox", seed=7), ALICE)
        begun = await stream.until("job", id=ticket.job.id, status="painting")
        house.painter.gate.set()
        done = await stream.until("job", id=ticket.job.id, status="done")
        asked = await stream.next("quota")

    answer = await (await alice.get(f"/v1/jobs/{ticket.job.id}")).json()
    assert begun.content["prompt"] == "a fox"
    assert done.content == answer
    assert done.content["tiles"][0]["picture"] == f"/v1/jobs/{ticket.job.id}/tiles/0.png"
    assert done.number > begun.number
    assert asked.content == {}


async def test_what_is_asked_for_elsewhere_is_told_to_its_owner_alone(
    alice: Client, visit: Visit, house: House
) -> None:
    bob = await visit(await house.key("bob", owner=BOB))
    house.painter.gate.set()
    async with listening(alice) as hers, listening(bob) as his:
        ticket = await house.studio.submit(
            ImageRequest(prompt="a secret fox"), ALICE, origin="discord"
        )
        await hers.until("job", id=ticket.job.id, status="done")
        own = await house.studio.submit(ImageRequest(prompt="a cat"), BOB)
        heard = []
        while True:
            heard.append(await his.next())
            if heard[-1].content.get("status") == "done":
                break

    assert {event.content["id"] for event in heard if event.kind == "job"} == {own.job.id}
    assert "fox" not in str(heard)


async def test_how_far_it_is_comes_with_a_preview(alice: Client, house: House) -> None:
    async with listening(alice) as stream:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        far = await stream.until("job", id=ticket.job.id, status="painting", progress=0.25)

    assert far.content["tiles"][0]["step"] == 1


async def test_a_cancelled_job_is_told(alice: Client, house: House) -> None:
    async with listening(alice) as stream:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await alice.delete(f"/v1/jobs/{ticket.job.id}")
        told = await stream.until("job", id=ticket.job.id, status="cancelled")
        with pytest.raises(Cancelled):
            await ticket.pictures()

    assert told.content["place"] is None


async def test_a_job_that_another_program_ended_is_told(alice: Client, house: House) -> None:
    ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
    async with listening(alice) as stream:
        await stream.next("queue")
        await house.ledger.end(ticket.job.id, Status.CANCELLED, "", now=utc_now())
        house.line.follow(ticket.job.id)
        await house.app.caretaker.catch_up()

        await stream.until("job", id=ticket.job.id, status="cancelled")


async def test_whoever_waits_hears_that_they_moved_up(alice: Client, house: House) -> None:
    for prompt in ("a cat", "a dog"):
        await house.studio.submit(ImageRequest(prompt=prompt), BOB)
    ahead = [
        await house.studio.submit(ImageRequest(prompt="a fish"), Owner(id=f"discord:{number}"))
        for number in range(3, 8)
    ]
    ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
    async with listening(alice) as stream:
        places = [(await stream.next("job")).content["place"]["ahead"]]
        for earlier in ahead[:2]:
            await house.studio.cancel(earlier.job.id, earlier.job.owner)
        while places[-1] > 3:
            places.append((await stream.next("job")).content["place"]["ahead"])
        place = house.studio.place(ticket.job.id)

    assert place is not None
    assert (places[0], places[-1]) == (5, place.ahead)


async def test_changes_to_pictures_are_told(alice: Client, house: House) -> None:
    house.painter.gate.set()
    ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
    await ticket.pictures()
    (picture,) = await house.app.gallery.page(ALICE)
    async with listening(alice) as stream:
        await house.app.gallery.favour(ALICE, picture.number)
        kept = await stream.next("picture")
        await house.app.gallery.favour(ALICE, picture.number, favourite=False)
        let_go = await stream.next("picture")
        await house.app.gallery.remove(ALICE, [picture.number])
        gone = await stream.next("picture")

    assert kept.content == {"number": picture.number, "favourite": True}
    assert let_go.content == {"number": picture.number, "favourite": False}
    assert gone.content == {"number": picture.number, "deleted": True}


async def test_who_was_forgotten_is_to_ask_for_everything(alice: Client, house: House) -> None:
    async with listening(alice) as stream:
        await house.app.gallery.forget(ALICE)

        assert (await stream.next("reset")).content == {}


async def test_the_queue_is_told_at_once_and_when_it_changes(alice: Client, house: House) -> None:
    async with listening(alice) as stream:
        first = await stream.next("queue")
        tickets = [
            await house.studio.submit(ImageRequest(prompt=f"{number} foxes"), BOB)
            for number in range(1, 4)
        ]
        await stream.until("queue", waiting=1, painting=2)

    assert first.content == {"waiting": 0, "painting": 0, "gate": "open"}
    assert len(tickets) == 3


async def test_a_moderator_who_pauses_the_queue_is_heard_of(alice: Client, house: House) -> None:
    async with listening(alice) as stream:
        await house.app.accounts.note(QUEUE, Gate.PAUSED.value, an_act(), {})
        await house.app.caretaker.notice_deeds()
        told = await stream.until("queue", gate="paused")

    assert house.line.gate is Gate.PAUSED
    assert told.content["painting"] == 0


async def test_who_is_given_credits_hears_of_it(alice: Client, house: House) -> None:
    async with listening(alice) as stream:
        await stream.next("queue")
        await house.app.accounts.grant(ALICE.id, 5.0, an_act())
        await house.app.caretaker.notice_deeds()

        assert (await stream.next("quota")).content == {}


async def test_who_comes_back_hears_what_they_missed_and_only_its_newest(
    alice: Client, house: House
) -> None:
    async with listening(alice) as stream:
        number = stream.number
    house.painter.gate.set()
    ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
    await ticket.pictures()

    async with listening(alice, last=number) as stream:
        told = await stream.next("job")

    assert (told.content["id"], told.content["status"]) == (ticket.job.id, "done")


async def test_a_page_misses_nothing_between_its_making_and_its_stream(
    alice: Client, house: House
) -> None:
    async with listening(alice) as stream:
        number = stream.number
        first = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await stream.until("job", id=first.job.id, status="painting")

    async with listening(alice, after=number) as stream:
        told = await stream.next("job")

    assert told.content["id"] == first.job.id


@pytest.mark.parametrize("last", ["1", "0", "99999999999999999", "-5", "a fox", "9" * 5000, "٣"])
async def test_who_comes_from_another_time_is_to_ask_for_everything(
    alice: Client, last: str
) -> None:
    async with listening(alice, last=last.encode().decode("latin-1")) as stream:
        reset = await stream.next()

    assert (reset.kind, reset.content) == ("reset", {})
    assert reset.number > 10**15


async def test_a_number_in_the_address_that_is_none_is_refused(alice: Client) -> None:
    for after in ("fox", "-1", "1.5", "9" * 30):
        answer = await alice.get("/v1/events", params={"after": after})

        assert answer.status == 422
        assert answer.content_type == "application/problem+json"


async def test_no_key_no_stream(client: Client, visit: Visit, house: House) -> None:
    painter = await visit(await house.key("painter", Scope.PAINT))

    assert (await client.get("/v1/events")).status == 401
    assert (await painter.get("/v1/events")).status == 403


async def test_its_headers_keep_proxies_from_holding_it_back(alice: Client) -> None:
    async with alice.get("/v1/events") as answer:
        assert answer.content_type == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
    async with alice.head("/v1/events") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


async def test_the_first_words_say_when_to_come_back(alice: Client) -> None:
    async with alice.get("/v1/events") as answer:
        assert (await answer.content.readline()) == b"retry: 2000\n"
