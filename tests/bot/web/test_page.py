"""The plain page: it paints, refuses, escapes, and needs no JavaScript for it."""

import re

import pytest

from bot import messages
from engine.clock import utc_now
from engine.gate import Gate
from engine.job import Owner, Picture, Status
from engine.key import Scope
from engine.prompt import read_prompt
from tests.bot.web.conftest import Client, House, Visit
from tests.engine.house import until

EVIL = '<script>alert("x")</script>'


async def test_the_form_holds_an_example(client: Client) -> None:
    answer = await client.get("/")

    page = await answer.text()
    assert answer.status == 200
    assert f"{messages.EXAMPLE}</textarea>" in page
    assert '<label for="prompt">' in page
    assert 'http-equiv="refresh"' not in page


async def test_a_prompt_becomes_a_picture(client: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await client.post("/", data={"prompt": "a fox --seed 7"})
    await until(lambda: not house.line.jobs)
    page = await (await client.get(answer.url.path)).text()
    picture = await client.get(_picture_in(page))

    assert 'alt="a fox"' in page
    assert "seed 7 · book · 128×128 · 4 steps" in page
    assert picture.content_type == "image/png"
    assert (await picture.read()).startswith(b"\x89PNG")


async def test_while_it_is_painted_the_page_reloads_itself(client: Client, house: House) -> None:
    answer = await client.post("/", data={"prompt": "a fox --seed 7"})
    await until(lambda: bool(house.painter.painting))
    page = await (await client.get(answer.url.path)).text()

    assert '<noscript><meta http-equiv="refresh" content="1"></noscript>' in page
    assert 'max="4" value="1"' in page
    assert "a fox --seed 7</textarea>" in page


async def test_who_waits_in_line_reads_the_place(client: Client, house: House) -> None:
    for _ in range(house.painter.seats):
        await client.post("/", data={"prompt": "a fox"})
    await until(lambda: len(house.painter.painting) == house.painter.seats)

    await client.post("/", data={"prompt": "a hare"})
    answer = await client.post("/", data={"prompt": "a hare"})

    assert "1 picture ahead of you" in await answer.text()


async def test_a_job_can_be_cancelled(client: Client, house: House) -> None:
    answer = await client.post("/", data={"prompt": "a fox"})
    await until(lambda: bool(house.painter.painting))

    await client.post(f"{answer.url.path}/cancel")
    await until(lambda: not house.line.jobs)
    page = await (await client.get(answer.url.path)).text()

    assert messages.WITHDRAWN in page
    assert len(house.painter.withdrawn) == 1


async def test_painting_that_fails_says_why(client: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await client.post("/", data={"prompt": "fail"})
    await until(lambda: not house.line.jobs)

    assert "The paint ran out." in await (await client.get(answer.url.path)).text()


@pytest.mark.parametrize(
    ("prompt", "mend"),
    [
        ("  ", "Tell me what to paint"),
        ("a fox --sead 7", "--seed"),
        ("a fox --size 100x100", "multiples of 8"),
        ("a fox --model bok", "Did you mean book"),
    ],
)
async def test_bad_input_is_a_sentence_above_the_filled_form(
    client: Client, house: House, prompt: str, mend: str
) -> None:
    answer = await client.post("/", data={"prompt": prompt})

    page = await answer.text()
    assert answer.status == 422
    assert mend in page
    assert f"{prompt}</textarea>" in page
    assert 'aria-invalid="true"' in page
    assert not house.line.jobs


async def test_what_people_write_is_never_markup(client: Client, house: House) -> None:
    house.painter.gate.set()

    refused = await client.post("/", data={"prompt": f"{EVIL} --model {EVIL}"})
    painted = await client.post("/", data={"prompt": EVIL})
    await until(lambda: not house.line.jobs)
    shown = await client.get(painted.url.path)

    for page in (await refused.text(), await shown.text()):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


async def test_only_our_own_scripts_and_styles_may_run(client: Client) -> None:
    for path in ("/", "/static/paint.js", "/missing"):
        policy = (await client.get(path)).headers["Content-Security-Policy"]

        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_the_page_obeys_its_own_policy(client: Client) -> None:
    page = await (await client.get("/")).text()

    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", page)
    assert all(
        address.startswith(("/", "#"))
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', page)
    )


async def test_jobs_of_others_are_not_there(client: Client, house: House) -> None:
    house.painter.gate.set()
    stranger = Owner(id="discord:42")

    ticket = await house.studio.submit(read_prompt("a secret fox"), stranger)
    await ticket.pictures()

    for path in (f"/jobs/{ticket.job.id}", f"/pictures/{ticket.job.id}/0.png"):
        answer = await client.get(path)
        assert answer.status == 404
        assert "fox" not in await answer.text()


@pytest.mark.parametrize(
    "path",
    [
        f"/jobs/{'0' * 32}",
        f"/pictures/{'0' * 32}/0.png",
        f"/jobs/{'0' * 32}/preview-0.png",
        "/jobs/..%2f..%2fetc%2fpasswd",
        "/static/../page.py",
        "/static/%2e%2e/page.py",
    ],
)
async def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


@pytest.mark.parametrize(
    ("form", "charset"), [(b"prompt=\xff\xfe", "utf-8"), (b"prompt=fox", "no-such-thing")]
)
async def test_a_form_that_is_no_text_is_refused(client: Client, form: bytes, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    answer = await client.post("/", data=form, headers={"Content-Type": kind})

    assert answer.status == 400


async def test_a_form_beyond_all_measure_is_refused(client: Client) -> None:
    answer = await client.post("/", data={"prompt": "fox " * 100_000})

    assert answer.status == 413


def _picture_in(page: str) -> str:
    found = re.search(r'src="(/pictures/[0-9a-f]{32}/0\.png)"', page)
    assert found is not None
    return found[1]


async def test_a_visitor_with_a_key_paints_as_themselves(visit: Visit, house: House) -> None:
    house.painter.gate.set()
    ada, here = await visit(await house.key("ada")), await visit()

    answer = await ada.post("/", data={"prompt": "a fox"})
    job = await house.ledger.job(answer.url.path.rsplit("/", 1)[-1])

    assert job.owner.name == "ada"
    assert (await ada.get(answer.url.path)).status == 200
    assert (await here.get(answer.url.path)).status == 404


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.READ, "POST", "/"),
        (Scope.READ, "GET", "/moderate"),
        (Scope.PAINT, "GET", "/gallery"),
        (Scope.PAINT, "GET", f"/jobs/{'0' * 32}"),
        (Scope.READ, "POST", f"/jobs/{'0' * 32}/cancel"),
    ],
)
async def test_a_key_opens_only_what_it_is_for(
    visit: Visit, house: House, scope: Scope, method: str, path: str
) -> None:
    client = await visit(await house.key("ada", scope))

    answer = await client.request(method, path, data={"prompt": "a fox"} if path == "/" else None)

    assert answer.status == 403
    assert "--scope" in await answer.text()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_page_comes_in_the_chosen_theme(client: Client, theme: str) -> None:
    page = await (await client.get("/", headers={"Cookie": f"theme={theme}"})).text()

    assert f'data-theme="{theme}"' in page


async def test_a_theme_that_there_is_not_is_left_out(client: Client) -> None:
    page = await (await client.get("/", headers={"Cookie": "theme=<script>"})).text()

    assert "data-theme" not in page
    assert "<script>" not in page


async def test_alternatives_are_painted_once_somebody_says_yes(
    client: Client, house: House
) -> None:
    words = {"prompt": "a {red|blue} fox"}

    asked = await client.post("/", data=words)
    question = await asked.text()
    before = len(house.line.jobs)
    other = await client.post("/", data={"prompt": "a {red|blue|green} fox", "agreed": "2"})
    after = len(house.line.jobs)
    await client.post("/", data={**words, "agreed": "2"}, allow_redirects=False)

    assert "That is 2 pictures for" in question
    assert 'name="agreed" value="2"' in question
    assert "a {red|blue} fox</textarea>" in question
    assert "That is 3 pictures for" in await other.text()
    assert (before, after) == (0, 0)
    [tiles] = house.line.jobs.values()
    assert tiles == 2


async def test_a_queue_that_takes_nothing_in_says_when_to_come_back(
    client: Client, house: House
) -> None:
    house.line.gate = Gate.DRAINED

    answer = await client.post("/", data={"prompt": "a fox"})

    assert answer.status == 503
    assert answer.headers["Retry-After"]


async def test_what_is_finished_of_a_cancelled_job_is_shown(client: Client, house: House) -> None:
    house.painter.gate.set()
    answer = await client.post("/", data={"prompt": "a fox --seed 7"})
    await until(lambda: not house.line.jobs)
    [picture] = await house.ledger.pictures(answer.url.path.rpartition("/")[2])
    file = await house.ledger.file(picture.file)
    house.painter.gate.clear()
    answer = await client.post("/", data={"prompt": "a hare"})
    job = answer.url.path.rpartition("/")[2]
    await until(lambda: bool(house.line.works))
    done = Picture(recipe=picture.recipe, png=file, seconds=0.5)
    await house.ledger.end(job, Status.CANCELLED, "", now=utc_now(), pictures={0: done})

    page = await (await client.get(answer.url.path)).text()

    assert messages.WITHDRAWN in page
    assert f"/pictures/{job}/0.png" in page


async def test_a_picture_that_a_browser_has_is_not_sent_again(client: Client, house: House) -> None:
    house.painter.gate.set()
    answer = await client.post("/", data={"prompt": "a fox"})
    await until(lambda: not house.line.jobs)
    address = _picture_in(await (await client.get(answer.url.path)).text())

    first = await client.get(address)
    again = await client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status == 304
