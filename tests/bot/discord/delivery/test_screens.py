"""Nothing that tells how far a job is comes after the message of its end."""

import asyncio
from datetime import UTC, datetime

import pytest
from discord.http import Route

from bot.discord.arrival.journal import Journal
from bot.discord.connection.wire import Wire
from bot.discord.delivery.pace import Pace
from bot.discord.delivery.reply import Reply
from bot.discord.delivery.screens import Screens
from bot.discord.messages.parts import Post
from engine.errors import StorageFailed
from engine.job import Job, Owner, Picture, Progress, Tile
from engine.ports import Ledger
from engine.request import ImageRequest
from engine.ticket import Ticket
from storage.memory import MemoryLedger
from tests.bot.discord.jobs import A_FOX
from tests.fakes import a_png

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 1, 13, tzinfo=UTC)
REPLY = Reply(
    application=1, token="t", expires=NOON.timestamp() + 60, user=2, channel=3, upload_limit=4
)


class Sheet(Wire):
    """Keeps what would have been shown."""

    def __init__(self) -> None:
        super().__init__(journal=Journal(None))
        self.posts: asyncio.Queue[Post] = asyncio.Queue()
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(
        self,
        route: Route,
        post: Post | None = None,
        *,
        tries: int = 1,
        more: dict[str, object] | None = None,
    ) -> None:
        self.asked.set()
        await asyncio.sleep(0)
        await self.gate.wait()
        assert post is not None
        self.posts.put_nowait(post)


async def a_ticket(ledger: Ledger) -> Ticket:
    """Of a job that is being painted here."""
    job = Job(
        owner=Owner(id="discord:2"),
        request=ImageRequest(prompt="a fox"),
        tiles=(Tile(index=0, recipe=A_FOX),),
        price=1.0,
        submitted=NOON,
    )
    await ledger.record(job)
    return Ticket(await ledger.begin(job.id, "here", LATER))


def step(ticket: Ticket, number: int) -> None:
    ticket.tell(Progress(job=ticket.job.id, tile=0, step=number, steps=4))


def open_screens(sheet: Sheet, ledger: Ledger, now: datetime = NOON) -> Screens:
    return Screens(
        wire=sheet, ledger=ledger, place=lambda _: None, pace=Pace(gap=0), now=lambda: now
    )


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


async def test_steps_are_shown_as_they_come(ledger: MemoryLedger) -> None:
    sheet, ticket = Sheet(), await a_ticket(ledger)
    screens = open_screens(sheet, ledger)

    screens.follow(ticket, REPLY)
    step(ticket, 1)
    first = await sheet.posts.get()
    step(ticket, 3)
    second = await sheet.posts.get()
    await screens.close()

    assert "25 %" in str(first.parts)
    assert "75 %" in str(second.parts)


async def test_a_step_that_comes_while_the_end_is_told_is_not_shown(ledger: MemoryLedger) -> None:
    sheet, ticket = Sheet(), await a_ticket(ledger)
    screens = open_screens(sheet, ledger)
    screens.follow(ticket, REPLY)
    step(ticket, 1)
    await sheet.posts.get()

    async with screens.last(ticket.job.id):
        step(ticket, 4)
        for _ in range(5):
            await asyncio.sleep(0)
    ticket.resolve(())
    for _ in range(20):
        await asyncio.sleep(0)

    assert sheet.posts.empty()


async def test_the_end_waits_for_an_edit_on_its_way_and_for_no_other(ledger: MemoryLedger) -> None:
    sheet, ticket = Sheet(), await a_ticket(ledger)
    screens = open_screens(sheet, ledger)
    sheet.gate.clear()
    screens.follow(ticket, REPLY)
    step(ticket, 1)
    await sheet.asked.wait()

    async def tell_end() -> int:
        async with screens.last(ticket.job.id):
            return sheet.posts.qsize()

    end = asyncio.create_task(tell_end())
    await asyncio.sleep(0)
    step(ticket, 2)
    sheet.gate.set()
    before = await end
    ticket.resolve(())
    for _ in range(20):
        await asyncio.sleep(0)

    assert before == sheet.posts.qsize() == 1


async def test_nothing_is_shown_once_the_token_is_dead(ledger: MemoryLedger) -> None:
    sheet, ticket = Sheet(), await a_ticket(ledger)
    screens = open_screens(sheet, ledger, LATER)

    screens.follow(ticket, REPLY)
    step(ticket, 1)
    for _ in range(20):
        await asyncio.sleep(0)
    await screens.close()

    assert sheet.posts.empty()


class Away(MemoryLedger):
    """Cannot be asked while it is."""

    away = False

    async def job(self, job: str) -> Job:
        if self.away:
            raise StorageFailed("The database is away.")
        return await super().job(job)


@pytest.mark.parametrize("ended", [True, False], ids=["has told its end", "paints it now"])
async def test_who_lost_the_job_to_another_that_does_so_is_silent(
    ledger: MemoryLedger, ended: bool
) -> None:
    sheet, ticket = Sheet(), await a_ticket(ledger)
    screens = open_screens(sheet, ledger)
    screens.follow(ticket, REPLY)
    step(ticket, 1)
    await sheet.posts.get()

    [lost] = await ledger.take_back(LATER + (LATER - NOON))
    begun = await ledger.begin(lost.id, "elsewhere", LATER)
    if ended:
        picture = Picture(recipe=A_FOX, png=a_png(), seconds=1.0)
        await ledger.finish(lost.id, begun.attempt, [picture], NOON)
    step(ticket, 2)
    for _ in range(50):
        await asyncio.sleep(0)
    await screens.close()

    assert sheet.posts.empty()


async def test_while_nobody_knows_nothing_is_shown_and_later_it_is_again() -> None:
    ledger = Away()
    sheet, ticket = Sheet(), await a_ticket(ledger)
    screens = open_screens(sheet, ledger)
    screens.follow(ticket, REPLY)
    ledger.away = True
    step(ticket, 1)
    for _ in range(50):
        await asyncio.sleep(0)
    silent = sheet.posts.empty()

    ledger.away = False
    step(ticket, 2)
    shown = await sheet.posts.get()
    await screens.close()

    assert silent
    assert "50 %" in str(shown.parts)
