"""Tabs that agree, and a page that catches up with a program that was away."""

import pytest
from playwright.async_api import Page, expect

from tests.bot.web.conftest import House
from tests.bot.web.page.conftest import Site
from tests.bot.web.page.said import ask, pictures, work

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_two_tabs_show_the_same(page: Page, site: Site, house: House) -> None:
    other = await page.context.new_page()
    await other.goto(site.address)

    await ask(page, "a fox")
    await expect(work(other, "a fox")).to_contain_text("step 1")
    house.painter.gate.set()

    for tab in (page, other):
        await expect(pictures(tab, "a fox")).to_be_visible()


# A browser has six connections with a program; a stream for each tab would take them all.
@pytest.mark.parametrize("count", [7, pytest.param(10, marks=pytest.mark.slow)])
async def test_the_last_of_many_tabs_is_as_good_as_the_first(
    page: Page, site: Site, house: House, count: int
) -> None:
    tabs = [page, *[await page.context.new_page() for _ in range(count - 1)]]
    for tab in tabs[1:]:
        await tab.goto(site.address)

    await ask(tabs[-1], "a fox")
    await expect(work(page, "a fox")).to_contain_text("step 1")
    house.painter.gate.set()

    for tab in tabs:
        await expect(pictures(tab, "a fox")).to_be_visible()


async def test_another_tab_reads_on_where_the_one_that_did_is_closed(
    page: Page, site: Site, house: House
) -> None:
    other = await page.context.new_page()
    await other.goto(site.address)
    await ask(other, "a fox")
    await expect(work(page, "a fox")).to_contain_text("step 1")

    await other.close()
    house.painter.gate.set()

    await expect(pictures(page, "a fox")).to_be_visible()


async def test_the_page_catches_up_after_the_program_was_away(
    page: Page, site: Site, house: House
) -> None:
    await ask(page, "a fox")
    await expect(work(page, "a fox")).to_contain_text("step 1")

    await site.close()
    await expect(page.get_by_text("Reconnecting…")).to_be_visible()
    house.painter.gate.set()
    await site.open()

    await expect(pictures(page, "a fox")).to_be_visible()
    await expect(page.get_by_text("Reconnecting…")).to_have_count(0)


async def test_a_cookie_that_has_ended_is_renewed(page: Page, house: House) -> None:
    house.painter.gate.set()
    await page.context.clear_cookies()

    await ask(page, "a fox")

    await expect(pictures(page, "a fox")).to_be_visible()


async def test_words_stay_while_the_program_is_away(page: Page, site: Site, house: House) -> None:
    house.painter.gate.set()
    await site.close()
    await ask(page, "a fox")
    await expect(page.get_by_role("alert")).to_contain_text("does not answer")

    await site.open()
    await page.keyboard.press("Enter")

    await expect(pictures(page, "a fox")).to_be_visible()
