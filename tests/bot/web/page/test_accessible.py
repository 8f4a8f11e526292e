"""No view breaks a rule of axe, in the light and in the dark."""

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # has none
from playwright.async_api import Page, expect

from tests.bot.web.conftest import House
from tests.bot.web.page.conftest import Site
from tests.bot.web.page.said import ask, box, paint, pictures, work

pytestmark = pytest.mark.asyncio(loop_scope="package")

# Colours follow with the next frames, and some of them slowly.
SETTLED = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.allSettled(document.getAnimations().map((one) => one.finished));
}"""
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
OF_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
"""Nothing else is another in the other theme."""


async def test_painting_is_accessible(page: Page, house: House) -> None:
    await _look(page)
    await ask(page, "a hare")
    await expect(work(page, "a hare")).to_contain_text("step 1")
    await _look(page)
    house.painter.gate.set()
    await expect(pictures(page, "a hare")).to_be_visible()
    await box(page).press_sequentially("a fox --s")
    await expect(page.get_by_role("listbox")).to_be_visible()
    await _look(page)
    await ask(page, "a fox --sead 7")
    await expect(page.get_by_role("alert")).to_be_visible()
    await _look(page)


async def test_dialogs_are_accessible(page: Page, house: House) -> None:
    house.painter.gate.set()
    shown = await paint(page, "a fox")

    for command in ("help", "quota", "queue", "settings", "styles", "models"):
        await ask(page, f"/{command}")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await _look(page)
        await page.keyboard.press("Escape")
    await shown.get_by_role("button", name="Info").click()
    await expect(page.get_by_role("dialog", name="How it was painted")).to_be_visible()
    await _look(page)
    await page.keyboard.press("Escape")
    await shown.get_by_role("button", name="More").click()
    await _look(page)
    await page.get_by_role("menuitem", name="Begin from it").click()
    await page.get_by_role("button", name="Paint only a part").click()
    await expect(page.get_by_role("application")).to_be_visible()
    await _look(page)


async def test_the_gallery_is_accessible(page: Page, site: Site, house: House) -> None:
    house.painter.gate.set()
    await page.goto(f"{site.address}/gallery")
    await expect(page.get_by_text("Nothing is painted yet.")).to_be_visible()
    await _look(page)
    await page.goto(site.address)
    await paint(page, "a fox")
    await page.goto(f"{site.address}/gallery")
    await expect(pictures(page, "a fox")).to_be_visible()
    await page.get_by_role("button", name="Filter").click()
    await page.get_by_role("button", name="Select").click()
    await _look(page)
    await page.get_by_role("button", name="Select").click()
    await pictures(page, "a fox").click()
    await expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    await _look(page)


@pytest.mark.parametrize("panel", ["queue", "people", "tiers", "audit", "painters"])
async def test_moderating_is_accessible(page: Page, site: Site, panel: str) -> None:
    await ask(page, "a fox")
    await expect(work(page, "a fox")).to_be_visible()

    await page.goto(f"{site.address}/moderate#{panel}")
    await expect(page.get_by_role("tabpanel")).not_to_be_empty()
    if panel == "people":
        await page.get_by_role("button", name="local").click()
        await expect(page.get_by_role("heading", name="local")).to_be_visible()

    await _look(page)


async def test_signing_in_is_accessible(page: Page, site: Site) -> None:
    await page.context.set_extra_http_headers({"Forwarded": "for=192.0.2.7"})
    await page.context.clear_cookies()
    await page.goto(site.address)
    await expect(page.get_by_label("Key")).to_be_visible()

    await _look(page)


async def _look(page: Page) -> None:
    """In both themes."""
    for theme, rules in (("light", RULES), ("dark", OF_COLOURS)):
        await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # a word of two
        await page.evaluate(SETTLED)
        found = await Axe().run(page, options=rules)
        assert found.violations_count == 0, found.generate_report()
