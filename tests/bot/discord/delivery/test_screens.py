"""Nothing that tells how far a job is comes after the message of its end."""

import asyncio
from datetime import UTC, datetime

from discord.http import Route

from bot.discord.arrival.journal import Journal
from bot.discord.connection.wire import Wire
from bot.discord.delivery.pace import Pace
from bot.discord.delivery.reply import Reply
from bot.discord.delivery.screens import Screens
from bot.discord.messages.parts import Post
from engine.job import Job, Owner, Progress, Tile
from engine.request import ImageRequest
from engine.ticket import Ticket
from tests.bot.discord.jobs import A_FOX

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
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


def a_ticket() -> Ticket:
    job = Job(
        owner=Owner(id="discord:2"),
        request=ImageRequest(prompt="a fox"),
        tiles=(Tile(index=0, recipe=A_FOX),),
        price=1.0,
        submitted=NOON,
    )
    return Ticket(job)


def step(ticket: Ticket, number: int) -> None:
    ticket.tell(Progress(job=ticket.job.id, tile=0, step=number, steps=4))


def open_screens(sheet: Sheet) -> Screens:
    return Screens(wire=sheet, place=lambda _: None, pace=Pace(gap=0), now=lambda: NOON)


async def test_steps_are_shown_as_they_come() -> None:
    sheet, ticket = Sheet(), a_ticket()
    screens = open_screens(sheet)

    screens.follow(ticket, REPLY)
    step(ticket, 1)
    first = await sheet.posts.get()
    step(ticket, 3)
    second = await sheet.posts.get()
    await screens.close()

    assert "25 %" in str(first.parts)
    assert "75 %" in str(second.parts)


async def test_a_step_that_comes_while_the_end_is_told_is_not_shown() -> None:
    sheet, ticket = Sheet(), a_ticket()
    screens = open_screens(sheet)
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


async def test_the_end_waits_for_an_edit_on_its_way_and_for_no_other() -> None:
    sheet, ticket = Sheet(), a_ticket()
    screens = open_screens(sheet)
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


async def test_nothing_is_shown_once_the_token_is_dead() -> None:
    sheet, ticket = Sheet(), a_ticket()
    late = datetime(2026, 1, 1, 13, tzinfo=UTC)
    screens = Screens(wire=sheet, place=lambda _: None, pace=Pace(gap=0), now=lambda: late)

    screens.follow(ticket, REPLY)
    step(ticket, 1)
    for _ in range(20):
        await asyncio.sleep(0)
    await screens.close()

    assert sheet.posts.empty()
