"""The gallery: all one's pictures, found by their words."""

import pytest
from playwright.async_api import Page, expect

from tests.bot.web.conftest import House
from tests.bot.web.page.conftest import Site
from tests.bot.web.page.said import ask, box, paint, pictures
from tests.fakes import BOOK

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_history_is_found_by_its_words(page: Page, site: Site, house: House) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")
    await paint(page, "a hare")

    await page.goto(f"{site.address}/gallery")
    await expect(pictures(page, "a fox")).to_be_visible()
    await page.get_by_role("searchbox").fill("hare")

    await expect(pictures(page, "a fox")).to_have_count(0)
    await expect(pictures(page, "a hare")).to_be_visible()


async def test_what_is_painted_meanwhile_comes_to_the_gallery(
    page: Page, site: Site, house: House
) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")
    gallery = await page.context.new_page()
    await gallery.goto(f"{site.address}/gallery")
    await expect(pictures(gallery, "a fox")).to_be_visible()

    await paint(page, "a hare")

    await expect(gallery.get_by_role("listitem").first.get_by_role("link")).to_have_accessible_name(
        "Open: a hare"
    )
    await expect(pictures(gallery, "a fox")).to_have_count(1)


async def test_older_ones_come_page_by_page(page: Page, site: Site, house: House) -> None:
    house.painter.gate.set()
    for seed in (1, 101, 201):
        await ask(page, f"a fox --count 16 --seed {seed}")
        await expect(box(page)).to_have_value("")
    await expect(pictures(page, "a fox")).to_have_count(48)

    await page.goto(f"{site.address}/gallery")
    await expect(pictures(page, "a fox").first).to_be_visible()
    await pictures(page, "a fox").last.scroll_into_view_if_needed()

    await expect(pictures(page, "a fox")).to_have_count(48)
    await expect(page.get_by_role("button", name="Older")).to_have_count(0)


async def test_several_are_deleted_at_once(page: Page, site: Site, house: House) -> None:
    house.painter.gate.set()
    await paint(page, "a fox --count 2")
    await paint(page, "a hare")

    await page.goto(f"{site.address}/gallery")
    await expect(pictures(page, "a fox")).to_have_count(2)
    await page.get_by_role("button", name="Select").click()
    for choice in await page.get_by_role("checkbox", name="Select: a fox").all():
        await choice.check()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    await expect(pictures(page, "a fox")).to_have_count(0)
    await expect(pictures(page, "a hare")).to_be_visible()


async def test_the_gallery_is_filtered_by_model_and_days(
    page: Page, site: Site, house: House
) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")

    await page.goto(f"{site.address}/gallery")
    await page.get_by_role("button", name="Filter").click()
    await page.get_by_label("Model").select_option(BOOK.name)
    await page.get_by_label("To", exact=True).fill("2020-05-31")

    await expect(page.get_by_text("No picture of yours is like that.")).to_be_visible()
    await expect(page.get_by_role("link", name="Download these")).to_have_attribute(
        "href", f"/v1/history.zip?model={BOOK.name}&until=2020-05-31"
    )
    await page.reload()
    await expect(page.get_by_label("To", exact=True)).to_have_value("2020-05-31")
    await expect(page.get_by_label("Model")).to_have_value(BOOK.name)
    await page.get_by_label("To", exact=True).fill("")
    await expect(pictures(page, "a fox")).to_be_visible()


async def test_the_viewer_turns_its_pages_by_arrows(page: Page, site: Site, house: House) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")
    await paint(page, "a hare")

    await page.goto(f"{site.address}/gallery")
    await pictures(page, "a hare").click()
    viewer = page.get_by_role("dialog", name="Picture")
    await expect(viewer.get_by_role("img", name="a hare")).to_be_visible()
    await page.keyboard.press("ArrowRight")

    await expect(viewer.get_by_role("img", name="a fox")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)
