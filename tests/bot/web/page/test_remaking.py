"""What the buttons under a picture do."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.bot.web.conftest import House
from tests.bot.web.page.said import box, paint, pictures, work

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_picture_is_rerolled_and_varied(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox --seed 7")

    await shown.get_by_role("button", name="Re-roll").click()
    await expect(pictures(page, "a fox")).to_have_count(2)
    await page.get_by_role("article").first.get_by_role("button", name="Vary").click()
    await page.get_by_role("menuitem", name="Some").click()

    await expect(pictures(page, "a fox")).to_have_count(3)
    rerolled, varied = house.painter.painted[-2:]
    assert rerolled.seed != 7
    assert (varied.seed, varied.variation) == (7, 0.2)


async def test_edit_fills_the_box_with_all_that_was_asked(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox --steps 3 --seed 7")

    await shown.get_by_role("button", name="Edit").click()

    await expect(box(page)).to_have_value("a fox --seed 7 --steps 3")
    await expect(box(page)).to_be_focused()


async def test_edit_shows_what_a_picture_began_from(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox")
    await shown.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Begin from it").click()
    await expect(page.get_by_role("slider", name="May change")).to_be_visible()
    await paint(page, "a hare")
    await page.reload()

    await work(page, "a hare").get_by_role("button", name="Edit").click()
    source = page.get_by_role("img", name="The picture to begin from")
    await expect(source).to_have_js_property("complete", True)
    await page.get_by_role("button", name="Paint only a part").click()
    mask = page.get_by_role("dialog", name="Paint only a part")
    await mask.get_by_role("button", name="Paint only this part").click()
    toasts = page.locator("#toasts")
    await expect(toasts.get_by_text("Draw over a part of it first.")).to_be_visible()
    await mask.get_by_role("application").press("Space")
    await mask.get_by_role("button", name="Paint only this part").click()

    await expect(page.get_by_role("button", name="Only a part · undo")).to_be_visible()
    assert await source.evaluate("image => image.naturalWidth") > 0


async def test_info_has_the_recipe_to_copy(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox --seed 7")

    await shown.get_by_role("button", name="Info").click()

    dialog = page.get_by_role("dialog", name="How it was painted")
    await expect(dialog.get_by_label("Infotext")).to_contain_text("Seed: 7")
    await expect(dialog.get_by_label("To type it again")).to_contain_text("--seed 7")


async def test_a_deleted_picture_is_gone_for_good(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox")

    await shown.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    await expect(pictures(page, "a fox")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("heading", name="What would you like to see?")).to_be_visible()


async def test_a_picture_that_is_dropped_can_be_begun_from(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox --seed 7")
    file = await page.evaluate_handle(
        """async (address) => {
            const held = new DataTransfer();
            const blob = await (await fetch(address)).blob();
            held.items.add(new File([blob], "fox.png", { type: "image/png" }));
            return held;
        }""",
        await shown.get_by_role("link").first.get_attribute("href"),
    )

    await page.dispatch_event("#composer", "drop", {"dataTransfer": file})
    await expect(page.get_by_role("slider", name="May change")).to_be_visible()
    await box(page).fill("a hare")
    await box(page).press("Enter")

    await expect(pictures(page, "a hare")).to_be_visible()
    assert house.painter.painted[-1].image is not None


async def test_the_recipe_in_a_picture_can_be_used(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox --seed 7")
    address = await shown.get_by_role("link").first.get_attribute("href")
    file = await (await page.request.get(f"{page.url.rstrip('/')}{address}")).body()

    await page.get_by_label("Picture to begin from").set_input_files(
        {"name": "fox.png", "mimeType": "image/png", "buffer": file}
    )
    await page.get_by_role("button", name="Use its recipe").click()

    await expect(box(page)).to_have_value(re.compile("^a fox .*--seed 7 "))


async def test_only_a_part_can_be_painted(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox")
    await shown.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Begin from it").click()

    await page.get_by_role("button", name="Paint only a part").click()
    await page.get_by_role("application").press("Space")
    await page.get_by_role("button", name="Paint only this part").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await box(page).fill("a hare")
    await box(page).press("Enter")

    await expect(pictures(page, "a hare")).to_be_visible()
    assert house.painter.painted[-1].mask is not None
