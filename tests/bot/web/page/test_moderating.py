"""The moderator's view: who comes to it, and what can be done there."""

from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect

from engine.clock import utc_now
from engine.key import Scope
from engine.made import Made
from tests.bot.web.conftest import House
from tests.bot.web.page.conftest import Site
from tests.bot.web.page.said import ask, paint
from tests.bot.web.seen import Metered, seen

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_moderator_grants_credits(page: Page, site: Site, house: House) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")

    await page.goto(f"{site.address}/moderate#people")
    await page.get_by_role("button", name="local").click()
    await page.get_by_role("button", name="Grant credits").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Credits").fill("12.5")
    await form.get_by_label("Why").fill("a gift")
    await form.get_by_role("button", name="Grant").click()

    await expect(page.get_by_role("tabpanel", name="People")).to_contain_text("12.5 credits")
    assert (await house.app.accounts.standing("local", utc_now())).granted(utc_now()) == 12.5
    await page.get_by_role("tab", name="Audit").click()
    await expect(page.get_by_role("tabpanel", name="Audit")).to_contain_text("a gift")


async def test_what_is_no_amount_is_refused_in_the_form(
    page: Page, site: Site, house: House
) -> None:
    house.painter.gate.set()
    await paint(page, "a fox")

    await page.goto(f"{site.address}/moderate#people")
    await page.get_by_role("button", name="local").click()
    await page.get_by_role("button", name="Grant credits").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Credits").fill("many")
    await form.get_by_role("button", name="Grant").click()

    await expect(form.get_by_role("alert")).not_to_be_empty()
    await expect(form.get_by_label("Credits")).to_have_value("many")


async def test_the_queue_is_paused_and_goes_on(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/moderate")
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("tabpanel", name="Queue")).to_contain_text("paused")

    await page.get_by_role("button", name="Resume").click()

    await expect(page.get_by_role("tabpanel", name="Queue")).to_contain_text("open")


async def test_a_job_is_taken_out_of_the_queue(page: Page, site: Site, house: House) -> None:
    await ask(page, "a fox")
    await expect(page.get_by_role("article", name="a fox")).to_be_visible()

    await page.goto(f"{site.address}/moderate")
    queue = page.get_by_role("tabpanel", name="Queue")
    await expect(queue.get_by_role("row")).to_have_count(2)
    assert "a fox" not in await queue.inner_text()
    await queue.get_by_role("button", name="Cancel").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Why").fill("by mistake")
    await form.get_by_role("button", name="Cancel the job").click()

    await expect(queue).to_contain_text("Nobody waits and nothing is being painted.")


async def test_who_may_not_moderate_finds_no_way_there(
    browser: Browser, site: Site, house: House
) -> None:
    key = await house.key("ada", Scope.READ, Scope.PAINT)
    context = await browser.new_context(extra_http_headers={"Authorization": f"Bearer {key}"})
    page = await context.new_page()

    await page.goto(site.address)
    answer = await page.request.get(f"{site.address}/moderate")

    await expect(page.get_by_role("link", name="Gallery")).to_be_visible()
    await expect(page.get_by_role("link", name="Moderate")).to_have_count(0)
    assert answer.status == 403
    await context.close()


async def test_what_a_painter_made_ready_is_told_in_a_line_for_each_way(
    page: Page, site: Site
) -> None:
    recorded = Made(
        width=512,
        height=768,
        rows=2,
        tokens=77,
        phase="whole",
        recorded=True,
        compiled=True,
        compiling=False,
    )
    without = replace(recorded, rows=4, compiled=False, without=("it is not compiled: no gcc",))
    await site.close()
    site.painter = seen(Metered(name="cuda:0", made={"book": (recorded, without)}))
    await site.open()

    await page.goto(f"{site.address}/moderate#painters")
    card = page.get_by_role("listitem").filter(has_text="cuda:0")

    await expect(card).to_contain_text("recorded: book 512×768 in 2, 4 rows")
    await expect(card).to_contain_text("compiled: book 512×768 in 2 rows")
    await expect(card).to_contain_text("book 512×768 in 4 rows: it is not compiled: no gcc")
    await expect(card).not_to_contain_text("compiling")
