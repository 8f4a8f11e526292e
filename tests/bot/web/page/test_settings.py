"""What somebody settles for all their pictures, and who they are here."""

import pytest
from playwright.async_api import Page, expect

from tests.bot.web.conftest import House
from tests.bot.web.page.conftest import Site
from tests.bot.web.page.said import ask, paint, pictures

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_style_of_ones_own_says_what_shall_not_be_there(page: Page, house: House) -> None:
    house.painter.gate.set()
    await ask(page, "/styles")
    dialog = page.get_by_role("dialog", name="Styles")
    await dialog.get_by_label("A style of your own").fill("woodcut")
    await dialog.get_by_label("What it makes of a prompt").fill("a woodcut of {prompt}")
    await dialog.get_by_label("Not in it").fill("colour")
    await dialog.get_by_role("button", name="Keep it").click()
    await expect(dialog.get_by_text("not in it: colour")).to_be_visible()
    await page.keyboard.press("Escape")

    await ask(page, "a fox --style woodcut")

    await expect(pictures(page, "a woodcut of a fox")).to_be_visible()
    assert house.painter.painted[-1].negative == "colour"


async def test_what_is_said_over_a_dialog_is_seen_and_heard(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox --seed 7")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await shown.get_by_role("button", name="Info").click()
    dialog = page.get_by_role("dialog", name="How it was painted")

    await dialog.get_by_role("button", name="7", exact=True).click()

    await expect(dialog.get_by_role("status")).to_have_text("Seed copied.")
    on_top = await page.locator("#toasts").evaluate("toasts => toasts.matches(':popover-open')")
    assert on_top


async def test_whoever_came_with_a_key_can_go_again(page: Page, site: Site, house: House) -> None:
    await page.context.set_extra_http_headers({"Forwarded": "for=192.0.2.7"})
    await page.context.clear_cookies()
    await page.goto(site.address)
    await page.get_by_label("Key").fill(await house.key("ada"))
    await page.get_by_role("button", name="Sign in").click()

    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_role("dialog")).to_contain_text("key:ada")
    await page.get_by_role("button", name="Sign out").click()

    await expect(page.get_by_label("Key")).to_be_visible()
