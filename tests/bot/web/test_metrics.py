"""What Prometheus reads, and who may."""

from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.web.app import make_web
from engine.key import Scope
from engine.ladder import Rung, Work
from engine.meter import Relieved, Stepped
from engine.vitals import Vitals
from tests.bot.web.conftest import SECRET, Client, House, Visit, client_of
from tests.bot.web.seen import Metered, seen

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
UP = "easel_painter_up"
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}


def parsed(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def measured(client: Client) -> Samples:
    answer = await client.get("/metrics")
    assert answer.status == 200
    return parsed(await answer.text())


def one(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


async def test_whoever_sits_here_needs_no_key(client: Client) -> None:
    answer = await client.get("/metrics")

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")


async def test_from_elsewhere_it_takes_a_key_that_may_read(house: House, visit: Visit) -> None:
    stranger, guest = await visit(), await visit(await house.key("guest", Scope.PAINT))
    watcher = await visit(await house.key("watcher", Scope.READ))

    answers = [
        await client.get("/metrics", headers=ELSEWHERE) for client in (stranger, guest, watcher)
    ]

    assert [answer.status for answer in answers] == [401, 403, 200]


async def test_another_page_does_not_read_it_by_a_name_of_its_own(client: Client) -> None:
    assert (await client.get("/metrics", headers={"Host": "evil.example"})).status == 403


async def test_it_is_in_the_document(client: Client) -> None:
    document = await (await client.get("/openapi.json")).json()

    answers = document["paths"]["/metrics"]["get"]["responses"]
    assert list(answers["200"]["content"]) == ["text/plain"]
    assert {"401", "403"} <= answers.keys()


async def test_a_request_is_timed_by_its_route_and_never_by_its_path(caller: Client) -> None:
    for job in ("0" * 32, "1" * 32):
        await caller.get(f"/v1/jobs/{job}")
    for nothing in ("/v1/a", "/v1/b"):
        await caller.get(nothing)
    await caller.request("PROPFIND", "/v1/jobs")

    samples = await measured(caller)

    count = "easel_request_seconds_count"
    assert one(samples, count, method="GET", route="/v1/jobs/{job}", status="404") == 2
    assert one(samples, count, method="GET", route="nowhere", status="404") == 2
    assert one(samples, count, method="other", route="nowhere", status="405") == 1
    assert not [key for key in samples if "0" * 32 in str(key)]


async def test_the_queue_is_told_as_it_is(caller: Client, house: House) -> None:
    for seed in range(4):
        await caller.post("/v1/jobs", json={"prompt": "a fox", "seed": seed, "count": 2})

    samples = await measured(caller)

    assert one(samples, "easel_queue_jobs", state="waiting") == len(house.line.waiting)
    assert one(samples, "easel_queue_jobs", state="painting") == len(house.line.works)
    assert one(samples, "easel_queue_pictures", state="waiting") == len(house.line.queue)
    waiting = one(samples, "easel_queue_pictures", state="waiting")
    assert waiting + one(samples, "easel_queue_pictures", state="painting") == 8
    assert one(samples, "easel_queue_seconds") > 0
    assert one(samples, "easel_queue_gate", gate="open") == 1
    assert one(samples, "easel_queue_gate", gate="paused") == 0


async def test_a_painted_picture_is_counted_and_its_wait_and_its_price(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    answer = await caller.post("/generate", json={"prompt": "a fox"})
    assert answer.status == 200

    samples = await measured(caller)

    assert one(samples, "easel_pictures_total", model="book", outcome="painted") == 1
    assert one(samples, "easel_credits_charged_total") == 0.5
    assert one(samples, "easel_job_wait_seconds_count") == 1
    assert one(samples, "easel_database_seconds_count") > 0


async def test_steps_reliefs_and_the_device_are_told(house: House) -> None:
    painter = Metered(name="cuda:0")
    looked_at = seen(painter, vitals=Vitals(used=3, total=8, temperature=71.0))
    pages = make_web(house.app, host="localhost", device="cuda:0", secret=SECRET, painter=looked_at)
    async with client_of(pages) as client:
        painter.meter.tell(Stepped(model="book", seconds=0.03, tiles=2, rows=4))
        painter.meter.tell(Relieved(work=Work.DECODE, rung=Rung.TILE))
        painter.meter.tell(Relieved(work=Work.DECODE, rung=None))
        samples = await measured(client)

    assert one(samples, "easel_step_seconds_sum", model="book") == 0.03
    assert one(samples, "easel_batch_tiles_sum") == 2
    assert one(samples, "easel_batch_rows_sum") == 4
    assert one(samples, "easel_out_of_memory_total", work="decode", rung="tile") == 1
    assert one(samples, "easel_out_of_memory_total", work="decode", rung="none") == 1
    assert one(samples, "easel_device_memory_bytes", device="cuda:0", state="used") == 3
    assert one(samples, "easel_device_memory_bytes", device="cuda:0", state="total") == 8
    assert one(samples, "easel_device_temperature_celsius", device="cuda:0") == 71
    assert one(samples, "easel_painter_seats", painter="cuda:0") == 2
    assert one(samples, "easel_painter_busy", painter="cuda:0") == 0
    assert one(samples, "easel_painter_up", painter="cuda:0") == 1


async def test_of_several_painters_each_is_told_of(house: House) -> None:
    one_card, lost = Metered(name="cuda:0", seats=12), Metered(name="cuda:1", alive=False)
    later = Metered(name="cuda:2")
    looked_at = seen(one_card, lost, vitals=Vitals(used=3, total=8))
    pages = make_web(house.app, host="localhost", device="cuda", secret=SECRET, painter=looked_at)
    async with client_of(pages) as client:
        looked_at.crew.join(later)
        later.meter.tell(Stepped(model="book", seconds=0.03, tiles=2, rows=4))
        looked_at.crew.leave(one_card)
        one_card.meter.tell(Stepped(model="book", seconds=99, tiles=2, rows=4))
        samples = await measured(client)

    up = {dict(labels)["painter"]: of for (name, labels), of in samples.items() if name == UP}
    assert up == {"cuda:1": 0, "cuda:2": 1}
    assert one(samples, "easel_device_memory_bytes", device="cuda:2", state="used") == 3
    assert one(samples, "easel_step_seconds_sum", model="book") == 0.03


async def test_a_device_that_says_nothing_hides_nothing_else(house: House) -> None:
    pages = make_web(
        house.app, host="localhost", device="cpu", secret=SECRET, painter=seen(house.painter)
    )
    async with client_of(pages) as client:
        samples = await measured(client)

    assert one(samples, "easel_painter_seats", painter="easel") == 2
    assert not [name for name, _ in samples if name == "easel_device_memory_bytes"]


async def test_open_streams_are_counted(caller: Client) -> None:
    async with caller.get("/v1/events") as stream:
        await stream.content.readline()
        samples = await measured(caller)

    assert one(samples, "easel_event_streams") == 1


async def test_two_programs_in_a_process_count_for_themselves(house: House, caller: Client) -> None:
    pages = make_web(house.app, host="localhost", device="cpu", secret=SECRET)
    async with client_of(pages) as other:
        await other.get("/healthz")
        there = await measured(other)
    here = await measured(caller)

    name, labels = "easel_request_seconds_count", {"method": "GET", "route": "/healthz"}
    assert one(there, name, **labels, status="200") == 1
    assert (name, frozenset({*labels.items(), ("status", "200")})) not in here


async def test_who_is_closed_listens_no_more(house: House) -> None:
    async with client_of(make_web(house.app, host="localhost", device="cpu", secret=SECRET)):
        assert house.line.meter.heard

    assert not house.line.meter.heard


@pytest.mark.parametrize("outcome", ["told", "failed", "given_up", "nobody"])
async def test_deliveries_are_there_before_the_first_fails(client: Client, outcome: str) -> None:
    assert one(await measured(client), "easel_deliveries_total", outcome=outcome) == 0
