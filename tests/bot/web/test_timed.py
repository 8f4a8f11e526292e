"""What the lines of a request and of a job say, and what no line ever says."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Any

import pytest
from yarl import URL

from bot.logs import OURS, lines_to
from bot.web.events import Hub
from bot.web.timed import HEADER
from engine.about import Facts, about, known
from engine.job import Job
from engine.key import own_person
from engine.request import ImageRequest
from tests.bot.web.conftest import Client, House, Visit
from tests.engine.house import open_house, until
from tests.storage.samples import ALICE

Lines = Callable[[], Sequence[dict[str, Any]]]
WORDS = "xylophone-of-the-secret-garden"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """All that we write from now on, and what is wrong by everybody else."""
    stream = StringIO()
    handler = lines_to(stream, "json")
    loggers = {logging.getLogger(): logging.WARNING}
    loggers |= {logging.getLogger(name): logging.DEBUG for name in OURS}
    before = {logger: logger.level for logger in loggers}
    logging.getLogger().addHandler(handler)
    for logger, level in loggers.items():
        logger.setLevel(level)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)
    for logger, level in before.items():
        logger.setLevel(level)


def by(lines: Lines, logger: str) -> list[dict[str, Any]]:
    return [line for line in lines() if line["logger"] == logger]


async def test_each_answer_has_an_id_of_its_own(client: Client) -> None:
    answers = [
        await client.get(path, headers={HEADER: "mine"})
        for path in ("/healthz", "/", "/nothing", "/v1/jobs", "/static/easel.css")
    ]

    ids = {answer.headers[HEADER] for answer in answers}
    assert len(ids) == 5
    assert "mine" not in ids


async def test_lines_of_a_request_have_its_id_and_its_route(
    caller: Client, house: House, lines: Lines
) -> None:
    house.painter.gate.set()
    answer = await caller.post("/generate", json={"prompt": f"{WORDS} fail"})
    assert answer.status == 500

    [failed] = by(lines, "bot.web.problem")
    [answered] = by(lines, "bot.web.timed")
    for line in (failed, answered):
        assert line["request"] == answer.headers[HEADER]
        assert line["route"] == "/generate"
    assert answered["message"].startswith("POST 500 in ")


async def test_who_only_looks_after_it_fills_no_log(client: Client, lines: Lines) -> None:
    for path in ("/healthz", "/readyz", "/health", "/metrics", "/static/easel.css"):
        await client.get(path)

    assert by(lines, "bot.web.timed") == []


async def test_each_line_of_a_job_has_its_id_and_its_owner(
    visit: Visit, house: House, lines: Lines
) -> None:
    caller = await visit(await house.key("anna"))
    house.painter.gate.set()
    answer = await caller.post("/generate", json={"prompt": WORDS})
    job = answer.headers["X-Job-Id"]

    told = [line for line in lines() if job in line["message"]]

    assert [line["message"] for line in told] == [
        f"job {job} is taken in: pictures 1",
        f"job {job} is done: pictures 1",
    ]
    assert {line["job"] for line in told} == {job}
    assert {line["owner"] for line in told} == {own_person("anna").id}


@pytest.mark.parametrize("wish", ["fail", "bug"])
async def test_the_end_of_a_job_that_fails_is_told(
    caller: Client, house: House, lines: Lines, wish: str
) -> None:
    house.painter.gate.set()
    await caller.post("/generate", json={"prompt": f"{WORDS} {wish}"})

    about = [line for line in by(lines, "engine.dispatcher") if "is failed" in line["message"]]

    assert len(about) == 1
    assert about[0]["job"] in about[0]["message"]
    assert about[0]["owner"]


async def test_what_goes_on_after_a_request_is_not_about_it() -> None:
    told: list[Facts] = []

    async def show(_: Job) -> bytes:
        told.append(known())
        return b"{}"

    async with open_house(working=False) as house:
        places, line = house.studio.places, house.line
        hub = Hub(line=line, ledger=house.ledger, places=places, show=show, gap_s=0)
        with about(route="/v1/events", request="7"):
            hub.open(ALICE.id)
        await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await until(lambda: bool(told))
        await hub.close()

    assert told[0] == {}


async def test_no_line_says_what_somebody_wrote_or_what_opens_something(
    house: House, visit: Visit, client: Client, lines: Lines
) -> None:
    key = await house.key("anna")
    caller = await visit(key)
    house.painter.gate.set()
    await client.get("/")
    cookies = client.session.cookie_jar.filter_cookies(client.make_url("/"))
    cookie = cookies["easel"].value
    guess = key[:-4] + "AAAA"

    for words in (WORDS, f"{WORDS} fail", f"{WORDS} bug", f"{WORDS} --steps 9000"):
        await caller.post("/v1/jobs", json={"prompt": words})
        await caller.post("/generate", json={"prompt": words})
        await client.post("/", data={"prompt": words}, allow_redirects=False)
    await caller.post("/v1/jobs", data=f'{{"prompt": "{WORDS}')
    await caller.post("/v1/jobs", json={"prompt": WORDS, WORDS: [WORDS]})
    await caller.get("/v1/history", params={"search": WORDS})
    await client.get("/v1/jobs", headers={"Authorization": f"Bearer {guess}"})
    await client.post("/login", json={"username": "anna", "password": guess})
    await client.post("/login", json={"username": "anna", "password": key})
    await caller.get(f"/{WORDS}?key={key}")
    await _unreadable(client.make_url("/"), key)
    jobs = (await (await caller.get("/v1/jobs")).json())["jobs"]
    for job in jobs:
        await caller.delete(f"/v1/jobs/{job['id']}")

    written = json.dumps(lines(), ensure_ascii=False)
    assert "is taken in" in written
    assert "Traceback" in written
    assert WORDS not in written
    for secret in (key, guess):
        assert secret.split("_", 2)[2] not in written
        assert secret not in written
    assert cookie not in written


async def _unreadable(address: URL, key: str) -> None:
    """What is no HTTP, with a key in it."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    broken = f"GET / HTTP/1.1\r\nHost: localhost\r\nAuthoriz\x00ation {key} {WORDS}\r\n\r\n"
    writer.write(broken.encode())
    await writer.drain()
    await reader.read(1000)
    writer.close()
    await writer.wait_closed()
