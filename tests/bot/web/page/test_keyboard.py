"""The keyboard alone: nothing on the page needs a mouse."""

import pytest
from playwright.async_api import Page, expect

from tests.bot.web.conftest import House
from tests.bot.web.page.said import box, paint, pictures

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_flags_and_their_values_are_completed(page: Page) -> None:
    await box(page).press_sequentially("a fox --samp")
    await expect(page.get_by_role("option", name="--sampler")).to_have_attribute(
        "aria-selected", "true"
    )

    await page.keyboard.press("Tab")
    await page.keyboard.type("dpm++ 2m k")
    await expect(page.get_by_role("option", name="DPM++ 2M Karras")).to_be_visible()
    await page.keyboard.press("Tab")

    await expect(box(page)).to_have_value("a fox --sampler DPM++ 2M Karras ")
    await expect(box(page)).to_be_focused()


async def test_escape_closes_what_is_offered(page: Page) -> None:
    await box(page).press_sequentially("/")
    await expect(page.get_by_role("option", name="/imagine")).to_be_visible()

    await page.keyboard.press("Escape")

    await expect(page.get_by_role("listbox")).to_have_count(0)


async def test_a_command_is_chosen_and_run(page: Page) -> None:
    await box(page).press_sequentially("/hel")
    await expect(page.get_by_role("option", name="/help")).to_be_visible()

    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    await page.keyboard.press("Escape")

    await expect(box(page)).to_be_focused()


async def test_a_picture_is_painted_and_remade_without_a_mouse(page: Page, house: House) -> None:
    house.painter.gate.set()
    await page.keyboard.type("a fox")
    await page.keyboard.press("Enter")
    await expect(pictures(page, "a fox")).to_be_visible()

    await page.get_by_role("button", name="Upscale").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    await expect(pictures(page, "a fox")).to_have_count(2)


async def test_the_focus_stays_on_what_was_pressed(page: Page, house: House) -> None:
    house.painter.gate.set()
    other = await page.context.new_page()
    await other.goto(page.url)
    await paint(page, "a fox")
    favourite = page.get_by_role("button", name="Favourite")

    await favourite.focus()
    await page.keyboard.press("Enter")
    await expect(other.get_by_role("button", name="Favourite", pressed=True)).to_be_visible()

    await expect(favourite).to_be_focused()
    await expect(favourite).to_have_attribute("aria-pressed", "true")


async def test_every_control_can_be_reached_by_tab(page: Page, house: House) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")
    reached: set[str] = set()
    names = (
        "[...document.querySelectorAll('button, a[href]')].filter((one) => one.checkVisibility()"
    )
    named = await page.evaluate(f"{names}).map((one) => one.ariaLabel ?? one.innerText.trim())")

    for _ in range(len(named) + 5):
        await page.keyboard.press("Tab")
        reached.add(
            await page.evaluate(
                "document.activeElement.ariaLabel ?? document.activeElement.innerText.trim()"
            )
        )

    assert set(named) <= reached
