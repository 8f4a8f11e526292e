"""Who is let in over HTTP: whoever has a key, and the page of this machine."""

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import make_mocked_request

from bot.web.app import make_web
from bot.web.cookie import HOME, LASTS, NAME, Cookies, secret_in
from bot.web.links import Links
from engine.clock import utc_now
from engine.job import Owner
from engine.key import Scope
from tests.bot.web.conftest import SECRET, Client, House, Visit, client_of

JOBS = "/v1/jobs"


async def test_without_a_key_nothing_is_told(client: Client) -> None:
    answer = await client.get(JOBS)

    assert answer.status == 401
    assert answer.content_type == "application/problem+json"
    assert "easel keys add" in (await answer.json())["detail"]
    assert "Basic" not in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer easel_00000000_nothing",
        "Bearer",
        "Basic !!!",
        "Basic " + "w" * 70_000,
        "Basic /////w==",
        "Digest username=easel",
        "easel",
    ],
)
async def test_a_key_that_is_none_opens_nothing(client: Client, header: str) -> None:
    answer = await client.get(JOBS, headers={"Authorization": header})

    assert answer.status in {400, 401}


async def test_a_key_opens_as_bearer_and_as_a_password(client: Client, house: House) -> None:
    key = await house.key()

    bearer = await client.get(JOBS, headers={"Authorization": f"bearer {key}"})
    basic = await client.get(JOBS, headers={"Authorization": encode_basic_auth("anybody", key)})

    assert (bearer.status, basic.status) == (200, 200)


async def test_a_wrong_key_is_not_mended_by_the_cookie(client: Client) -> None:
    await client.get("/")

    answer = await client.get(JOBS, headers={"Authorization": "Bearer wrong"})

    assert answer.status == 401


async def test_the_page_gives_a_cookie_that_opens_the_rest(client: Client) -> None:
    page = await client.get("/")

    assert page.cookies[NAME]["httponly"]
    assert page.cookies[NAME]["samesite"] == "Strict"
    assert (await client.get(JOBS)).status == 200


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False), ("x", False)])
async def test_a_cookie_that_came_by_tls_goes_only_that_way(
    client: Client, house: House, scheme: str, secure: bool
) -> None:
    signed = {"password": await house.key()}

    answer = await client.post("/login", json=signed, headers={"X-Forwarded-Proto": scheme})

    assert bool(answer.cookies[NAME]["secure"]) is secure


async def test_a_cookie_holds_over_a_restart_and_only_with_the_same_secret(
    client: Client, house: House
) -> None:
    await client.get("/")
    cookie = {NAME: client.session.cookie_jar.filter_cookies(client.make_url("/"))[NAME].value}

    for secret, status in ((SECRET, 200), (b"another", 401)):
        again = make_web(house.app, host="localhost", device="cpu", secret=secret)
        async with client_of(again) as visitor:
            assert (await visitor.get(JOBS, cookies=cookie)).status == status


@pytest.mark.parametrize("change", ["home.99999999999.", "home.1.", "home", "", ".", "é.é.é"])
async def test_a_cookie_that_is_not_ours_opens_nothing(client: Client, change: str) -> None:
    assert (await client.get(JOBS, headers={"Cookie": f"{NAME}={change}"})).status == 401


async def test_a_link_is_no_cookie(client: Client) -> None:
    link = Links(SECRET, utc_now).to(make_mocked_request("GET", "/"), "f" * 64, "png")
    until, sign = link.split("/")[-3:-1]
    cookie = f'{NAME}="link {until} {"f" * 64}.{sign}"'

    assert (await client.get(JOBS, headers={"Cookie": cookie})).status == 401


def test_its_secret_is_made_where_there_is_no_folder_yet(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"

    assert secret_in(folder) == secret_in(folder)


def test_a_cookie_ends(house: House) -> None:
    now = utc_now()
    response = web.Response()
    Cookies(SECRET, lambda: now).give(response, HOME, secure=False)
    headers = {"Cookie": f"{NAME}={response.cookies[NAME].value}"}
    request = make_mocked_request("GET", "/", headers)

    almost, over = (
        Cookies(SECRET, lambda then=now + LASTS + left: then)  # type: ignore[misc]  # bound now
        for left in (timedelta(seconds=-2), timedelta(seconds=1))
    )

    assert almost.read(request) == HOME
    assert over.read(request) is None


async def test_the_cookie_of_this_machine_opens_nothing_from_elsewhere(client: Client) -> None:
    await client.get("/")

    passed_on = await client.get(JOBS, headers={"X-Forwarded-For": "203.0.113.7"})
    renamed = await client.get(JOBS, headers={"Host": "evil.example"})

    assert passed_on.status == 401
    assert renamed.status == 403


async def test_another_page_changes_nothing_by_the_cookie(client: Client, house: House) -> None:
    await client.get("/")
    origin = {"Origin": "https://evil.example"}

    answer = await client.post(JOBS, json={"prompt": "a fox"}, headers=origin)

    assert answer.status == 403
    assert not house.line.jobs


async def test_a_key_does_only_what_it_is_for(visit: Visit, house: House) -> None:
    reading = await visit(await house.key("reading", Scope.READ))

    assert (await reading.get(JOBS)).status == 200
    refused = await reading.post(JOBS, json={"prompt": "a fox"})

    assert refused.status == 403
    sentence = (await refused.json())["detail"]
    assert sentence == "This key may not paint. Make one with --scope paint."
    assert not house.line.jobs


async def test_a_key_that_is_revoked_opens_nothing_more(visit: Visit, house: House) -> None:
    program = await visit(await house.key("once"))
    browser = await visit()
    await browser.post("/login", json={"password": await house.key("page")})
    assert (await browser.get(JOBS)).status == 200

    await house.app.keys.revoke("once", utc_now())
    await house.app.keys.revoke("page", utc_now())

    assert (await program.get(JOBS)).status == 401
    assert (await browser.get(JOBS)).status == 401


async def test_a_key_that_ran_out_opens_nothing(visit: Visit, house: House) -> None:
    now = utc_now()
    ends = now + timedelta(seconds=5)
    _, secret = await house.app.keys.add("short", Owner(id="key:short"), [Scope.READ], ends, now)

    assert await house.app.keys.open(secret, ends - timedelta(seconds=1))
    assert await house.app.keys.open(secret, ends) is None


async def test_whoever_comes_from_elsewhere_is_asked_for_a_key(client: Client) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.7", "Accept": "text/html"}

    answer = await client.get("/", headers=elsewhere)

    assert answer.status == 401
    assert 'type="password"' in await answer.text()


async def test_a_key_opens_the_page_from_elsewhere(client: Client, house: House) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.7", "Accept": "text/html"}
    form = {"username": "", "password": await house.key()}

    signed = await client.post("/login", data=form, headers=elsewhere, allow_redirects=False)
    page = await client.get("/", headers=elsewhere)

    assert signed.status == 303
    assert page.status == 200


async def test_whoever_signed_in_can_sign_out(client: Client, house: House) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.7", "Accept": "text/html"}
    form = {"password": await house.key()}
    await client.post("/login", data=form, headers=elsewhere, allow_redirects=False)
    foreign = {**elsewhere, "Sec-Fetch-Site": "cross-site"}

    refused = await client.post("/logout", headers=foreign, allow_redirects=False)
    stayed = await client.get("/", headers=elsewhere)
    signed_out = await client.post("/logout", headers=elsewhere, allow_redirects=False)
    gone = await client.get("/", headers=elsewhere)

    assert (refused.status, stayed.status) == (403, 200)
    assert (signed_out.status, gone.status) == (303, 401)


async def test_who_is_not_signed_in_any_more_hears_that(client: Client) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.7", "Accept": "text/html"}
    await client.get("/")  # gives the cookie of this machine, which opens nothing elsewhere

    answer = await client.get("/", headers=elsewhere)

    assert answer.status == 401
    assert "not signed in any more" in await answer.text()


async def test_a_wrong_key_is_said_on_the_form(client: Client) -> None:
    form = {"password": "easel_wrong"}

    answer = await client.post("/login", data=form, headers={"Accept": "text/html"})

    assert answer.status == 401
    assert 'role="alert"' in await answer.text()


async def test_a_program_signs_in_as_with_a1111(client: Client, house: House) -> None:
    wrong = await client.post("/login", data={"username": "me", "password": "no"})
    right = await client.post("/login", data={"username": "me", "password": await house.key()})

    assert wrong.status == 400
    assert await right.json() == {"success": True}
    assert (await client.get(JOBS)).status == 200


async def test_guessing_keys_is_slowed_down(client: Client) -> None:
    statuses = [
        (await client.get(JOBS, headers={"Authorization": "Bearer guess"})).status
        for _ in range(61)
    ]

    assert statuses == [401] * 60 + [429]


async def test_guessing_keys_on_the_page_is_slowed_down(client: Client) -> None:
    guess = {"Authorization": "Bearer guess"}

    statuses = [(await client.get("/", headers=guess)).status for _ in range(61)]

    assert statuses == [401] * 60 + [429]


async def test_whoever_comes_to_the_page_with_nothing_is_not_slowed_down(client: Client) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.7", "Accept": "text/html"}

    statuses = {(await client.get("/", headers=elsewhere)).status for _ in range(70)}

    assert statuses == {401}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("password=guess", "application/x-www-form-urlencoded", 400),
        ('{"password": "guess"}', "application/json", 400),
        ('{"password": [{"a": 1}]}', "application/json", 422),
        ("{", "application/json", 400),
        ("password=" + "a" * 4096, "application/x-www-form-urlencoded", 413),
        ('{"password": "' + "a" * 4096 + '"}', "application/json", 413),
        ("guess", "text/plain", 415),
    ],
)
async def test_guessing_at_the_sign_in_is_slowed_down(
    client: Client, body: str, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind}

    statuses = [(await client.post("/login", data=body, headers=headers)).status for _ in range(61)]

    assert statuses == [status] * 60 + [429]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_another_page_signs_nobody_in(
    client: Client, house: House, headers: dict[str, str]
) -> None:
    signed = await client.post("/login", data={"password": await house.key()}, headers=headers)

    assert signed.status == 403
    assert NAME not in signed.cookies


async def test_whoever_asks_too_often_hears_when_to_come_back(visit: Visit, house: House) -> None:
    eager = await visit(await house.key("eager"))
    other = await visit(await house.key("other"))

    answers = [await eager.get(JOBS) for _ in range(601)]

    assert [answer.status for answer in answers] == [200] * 600 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert (await eager.get("/")).status == 429
    assert (await other.get(JOBS)).status == 200
    assert (await other.get("/")).status == 200
