"""Painting on the page: words in, pictures out, and nothing typed is ever lost."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.bot.web.conftest import House
from tests.bot.web.page.said import ask, box, paint, pictures, work

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_words_become_a_picture(page: Page, house: House) -> None:
    house.painter.gate.set()

    await ask(page, "/imagine a fox --seed 7")

    await expect(pictures(page, "a fox")).to_be_visible()
    await expect(page.get_by_role("button", name="seed 7")).to_be_visible()
    await expect(page.locator("#heard")).to_have_text("Picture ready: a fox")
    await expect(box(page)).to_have_value("")


async def test_a_request_can_be_cancelled(page: Page, house: House) -> None:
    await ask(page, "a fox")

    await work(page, "a fox").get_by_role("button", name="Cancel").click()

    await expect(work(page, "a fox")).to_contain_text("This one was cancelled.")
    await expect(box(page)).to_be_focused()
    assert not house.painter.painted


async def test_who_waits_sees_the_place_in_line(page: Page, house: House) -> None:
    await ask(page, "a fox --count 4")
    await expect(work(page, "a fox")).to_contain_text("step")

    await ask(page, "a hare")

    await expect(work(page, "a hare")).to_contain_text("pictures ahead of you")


async def test_what_is_refused_is_said_and_stays_in_the_box(page: Page) -> None:
    await ask(page, "a fox --sead 7")

    await expect(page.get_by_role("alert")).to_contain_text("--seed")
    await expect(box(page)).to_have_value("a fox --sead 7")


async def test_alternatives_are_only_painted_once_agreed(page: Page, house: House) -> None:
    house.painter.gate.set()
    await ask(page, "a {red|blue} fox")
    asked = page.get_by_role("dialog", name="Paint them all?")
    await expect(asked).to_contain_text("2 pictures")
    assert not house.painter.painted

    await asked.get_by_role("button", name="Paint 2").click()

    await expect(pictures(page, "a red fox")).to_be_visible()
    await expect(pictures(page, "a blue fox")).to_be_visible()


async def test_painting_that_fails_says_why(page: Page, house: House) -> None:
    house.painter.gate.set()

    await ask(page, "fail")

    await expect(work(page, "fail")).to_contain_text("The paint ran out.")


async def test_what_is_typed_outlives_a_reload(page: Page) -> None:
    await box(page).fill("a fox in the making")

    await page.reload()

    await expect(box(page)).to_have_value("a fox in the making")


async def test_what_is_typed_while_another_is_sent_stays(page: Page, house: House) -> None:
    house.painter.gate.set()
    released = asyncio.Event()

    async def late(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await page.route("**/v1/jobs", late)
    await ask(page, "a fox")

    await box(page).fill("a hare")
    released.set()

    await expect(pictures(page, "a fox")).to_be_visible()
    await expect(box(page)).to_have_value("a hare")


async def test_the_price_stands_beside_the_button(page: Page) -> None:
    await box(page).fill("a fox --count 3")

    await expect(page.locator("#price")).to_contain_text("3 pictures")


async def test_a_reload_brings_the_pictures_back(page: Page, house: House) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")

    await page.reload()

    await expect(pictures(page, "a fox")).to_be_visible()
