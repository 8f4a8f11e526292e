"""Who may talk to the page, and through which name."""

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.web.here import is_this_machine
from tests.bot.web.conftest import Client


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
    assert (await client.get(path)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:1", "Host": "localhost:2"},
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
