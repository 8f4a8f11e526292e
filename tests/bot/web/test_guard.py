"""Who may talk to the page, and through which name."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.web.guard import guard
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

    assert await answer.json() == {"status": "ok", "model": "book", "device": "cpu"}


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
async def test_another_machine_is_refused(remote: str) -> None:
    request = make_mocked_request("GET", "/", {"Host": "localhost"}).clone(remote=remote)

    with pytest.raises(web.HTTPForbidden):
        await guard("0.0.0.0")(request, _welcome)


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_is_welcome(remote: str) -> None:
    request = make_mocked_request("GET", "/", {"Host": "localhost"}).clone(remote=remote)

    assert (await guard("0.0.0.0")(request, _welcome)).status == 200


async def _welcome(_: web.Request) -> web.StreamResponse:
    return web.Response()
