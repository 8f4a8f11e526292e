"""What paints, and how much of it, as moderators see it."""

from datetime import UTC, datetime, timedelta

from aiohttp.test_utils import TestClient, TestServer

from bot.web.app import make_web
from bot.web.native.painters import by_minute
from engine.archive import Painted
from engine.curve import Curve
from engine.key import Scope
from engine.made import Made
from engine.price import Speed
from engine.vitals import Vitals
from tests.bot.web.conftest import SECRET, Client, House, Visit
from tests.bot.web.native.painted import painted, told
from tests.bot.web.seen import Metered, seen

PAINTERS = "/v1/painters"
CURVE = Curve(
    width=512,
    height=512,
    steps=((2, 0.9), (4, 1.0), (8, 2.0)),
    alone=Speed(row_step=0.45, rest=1.0),
)
LARGER = Curve(width=768, height=512, steps=((2, 1.0),), alone=Speed(row_step=0.5, rest=2.0))
MADE = Made(
    width=512,
    height=768,
    rows=4,
    tokens=77,
    phase="whole",
    recorded=True,
    compiled=False,
    compiling=False,
    without=("it is not compiled: no compiler was found",),
)
NOON = datetime(2026, 5, 31, 12, 0, 30, tzinfo=UTC)


async def test_the_painter_of_this_program_is_shown(house: House) -> None:
    vitals = Vitals(used=3, total=8, temperature=71.0)
    lost = Metered(name="cuda:1", alive=False)
    quick = Metered(name="cuda:0", curves={"book": (CURVE, LARGER)}, made={"book": (MADE,)})
    looked_at = seen(quick, lost, vitals=vitals)
    pages = make_web(house.app, host="localhost", device="cuda:0", secret=SECRET, painter=looked_at)
    headers = {"Authorization": f"Bearer {await house.key()}"}

    async with TestClient(TestServer(pages), headers=headers) as client:
        job = await painted(client, house, "a fox")
        shown = await told(client, PAINTERS)

    assert shown["painters"] == [
        {
            "name": "cuda:0",
            "state": "ready",
            "model": "book",
            "warm": ["book"],
            "seats": 2,
            "busy": 0,
            "knees": [
                {"model": "book", "width": 512, "height": 512, "rows": 4, "row_seconds": 0.25},
                {"model": "book", "width": 768, "height": 512, "rows": 2, "row_seconds": 0.5},
            ],
            "made": [
                {
                    "model": "book",
                    "width": 512,
                    "height": 768,
                    "rows": 4,
                    "tokens": 77,
                    "phase": "whole",
                    "recorded": True,
                    "compiled": False,
                    "compiling": False,
                    "without": ["it is not compiled: no compiler was found"],
                }
            ],
            "memory": {"used": 3, "total": 8},
            "temperature": 71.0,
        },
        {
            "name": "cuda:1",
            "state": "away",
            "model": "book",
            "warm": ["book"],
            "seats": 2,
            "busy": 0,
            "knees": [],
            "made": [],
            "memory": None,
            "temperature": None,
        },
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


async def test_a_moderator_lets_a_painter_go_and_takes_it_back(house: House) -> None:
    other = Metered(name="cuda:1")
    looked_at = seen(Metered(name="cuda:0"), other)
    pages = make_web(house.app, host="localhost", device="cuda", secret=SECRET, painter=looked_at)
    headers = {"Authorization": f"Bearer {await house.key()}"}

    async with TestClient(TestServer(pages), headers=headers) as client:
        place = f"{PAINTERS}/cuda:1"
        leaves = await client.put(place, json={"takes": False, "why": "a game"})
        told_of = await leaves.json()
        taken = looked_at.crew.named("cuda:1").free
        again = await client.put(place, json={"takes": False})
        back = await (await client.put(place, json={"takes": True})).json()
        nobody = await client.put(f"{PAINTERS}/cuda:9", json={"takes": False})
        deeds = (await told(client, "/v1/audit", whom="painter cuda:1"))["deeds"]

    assert (leaves.status, told_of["state"], taken) == (200, "leaving", 0)
    assert (again.status, back["state"], nobody.status) == (200, "ready", 404)
    assert [(deed["what"], deed["why"]) for deed in deeds] == [("resume", ""), ("drain", "a game")]


async def test_who_may_not_moderate_lets_nobody_go(visit: Visit, house: House) -> None:
    guest = await visit(await house.key("guest", Scope.PAINT, Scope.READ))

    answer = await guest.put(f"{PAINTERS}/easel", json={"takes": False})

    assert answer.status == 403
