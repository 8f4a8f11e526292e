"""Who may talk to the page, and through which name."""

import asyncio

import pytest
from aiohttp import HttpVersion10
from aiohttp.test_utils import make_mocked_request

from bot.web.app import make_web
from bot.web.here import is_this_machine
from tests.bot.web.conftest import SECRET, Client, House, client_of


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST:7878", "127.0.0.1:1", "[::1]:7878", "easel.example"]
)
async def test_the_page_answers_to_the_names_of_this_machine(client: Client, name: str) -> None:
    assert (await client.get("/", headers={"Host": name})).status == 200


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.1.5", ""]
)
async def test_a_foreign_name_is_refused(client: Client, name: str) -> None:
    answer = await client.get("/", headers={"Host": name})

    assert answer.status in {400, 403}


async def test_health_is_for_everybody(client: Client) -> None:
    answer = await client.get("/health", headers={"Host": "evil.example"})

    told = {"status": "ok", "model": "book", "device": "cpu", "model_loaded": True}
    assert await answer.json() == told


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_warm_easel_is_alive_and_ready(client: Client, path: str) -> None:
    # It may be found busy where the machine halts.
    async with asyncio.timeout(30):
        while (answer := await client.get(path)).status != 200:
            pass

    assert await answer.text() == "ok"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:1", "Host": "localhost:2"},
        {"Origin": "https://public.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_a_form_of_another_page_is_refused(client: Client, headers: dict[str, str]) -> None:
    answer = await client.post("/", data={"prompt": "a fox"}, headers=headers)

    assert answer.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:7878", "Host": "localhost:7878"},
        {
            "Origin": "http://localhost:7878",
            "Host": "localhost:7878",
            "Sec-Fetch-Site": "same-origin",
        },
    ],
)
async def test_our_own_form_is_taken(client: Client, headers: dict[str, str]) -> None:
    answer = await client.post(
        "/", data={"prompt": "a fox"}, headers=headers, allow_redirects=False
    )

    assert answer.status == 303


@pytest.mark.parametrize("remote", ["192.168.1.7", "::ffff:192.168.1.7", "2001:db8::7", ""])
def test_another_machine_is_not_this_one(remote: str) -> None:
    request = make_mocked_request("GET", "/", {"Host": "localhost"}).clone(remote=remote)

    assert not is_this_machine(request)


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known(remote: str) -> None:
    request = make_mocked_request("GET", "/", {"Host": "localhost"}).clone(remote=remote)

    assert is_this_machine(request)


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
async def test_what_a_proxy_here_passes_on_is_from_elsewhere(client: Client, header: str) -> None:
    answer = await client.get("/", headers={header: "203.0.113.7"})

    assert answer.status == 401


def test_an_older_http_is_a_proxy_that_says_nothing_of_itself() -> None:
    request = make_mocked_request("GET", "/", {"Host": "localhost"}, version=HttpVersion10)

    assert not is_this_machine(request.clone(remote="127.0.0.1"))


async def test_where_the_page_is_not_open_everybody_needs_a_key(
    house: House, client: Client
) -> None:
    await client.get("/")
    cookies = client.session.cookie_jar.filter_cookies(client.make_url("/"))
    closed = make_web(house.app, host="easel.example", device="cpu", secret=SECRET, open_here=False)
    key = {"Authorization": f"Bearer {await house.key()}"}

    async with client_of(closed) as visitor:
        keyless = [
            await visitor.get("/"),
            await visitor.get("/metrics"),
            await visitor.get("/v1/jobs", cookies={k: v.value for k, v in cookies.items()}),
        ]
        opened = await visitor.get("/", headers=key)
        healthy = await visitor.get("/healthz")

    assert [answer.status for answer in keyless] == [401] * 3
    assert (opened.status, healthy.status) == (200, 200)
