"""What paints, and how much of it, as moderators see it."""

from datetime import UTC, datetime, timedelta

from aiohttp.test_utils import TestClient, TestServer

from bot.painters import Vitals
from bot.web.app import make_web
from bot.web.native.painters import Seen, by_minute
from engine.archive import Painted
from engine.key import Scope
from tests.bot.web.conftest import SECRET, Client, House, Visit
from tests.bot.web.native.painted import painted, told

PAINTERS = "/v1/painters"
NOON = datetime(2026, 5, 31, 12, 0, 30, tzinfo=UTC)


async def test_the_painter_of_this_program_is_shown(house: House) -> None:
    vitals = Vitals(used=3, total=8, temperature=71.0)
    seen = Seen(device="cuda:0", seats=house.painter.seats, look=lambda: vitals)
    pages = make_web(house.app, host="localhost", device="cuda:0", secret=SECRET, painter=seen)
    headers = {"Authorization": f"Bearer {await house.key()}"}

    async with TestClient(TestServer(pages), headers=headers) as client:
        job = await painted(client, house, "a fox")
        shown = await told(client, PAINTERS)

    assert shown["painters"] == [
        {
            "name": "here",
            "device": "cuda:0",
            "model": "book",
            "seats": 2,
            "busy": 0,
            "memory": {"used": 3, "total": 8},
            "temperature": 71.0,
        }
    ]
    assert job["cost"] == 0.5
    assert sum(minute["pictures"] for minute in shown["throughput"]) >= 1


async def test_where_nobody_paints_there_is_nobody(caller: Client) -> None:
    shown = await told(caller, PAINTERS)

    assert shown["painters"] == []
    assert len(shown["throughput"]) == 61


def test_what_was_painted_is_added_up_by_minute() -> None:
    ago = [timedelta(seconds=second) for second in (0, 20, 50, 3599)]
    painted = [Painted(at=NOON - each, seconds=1.5) for each in ago]

    minutes = by_minute(painted, NOON)

    assert [minute.at.minute for minute in minutes[-2:]] == [59, 0]
    assert [(minute.pictures, minute.seconds) for minute in minutes[-2:]] == [(1, 1.5), (2, 3.0)]
    assert minutes[0].at == NOON - timedelta(minutes=60, seconds=30)
    assert sum(minute.pictures for minute in minutes) == 4


async def test_only_moderators_see_it(visit: Visit, house: House) -> None:
    member = await visit(await house.key("member", Scope.READ, Scope.PAINT))

    assert (await member.get(PAINTERS)).status == 403
