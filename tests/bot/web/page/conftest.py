"""The page in a real browser, in front of the whole program with a painter that tests hold back."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from bot.settings import Settings
from bot.web.app import make_web
from bot.web.native.painters import Seen
from tests.bot.web.conftest import SECRET, House, open_house

BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome")
PATIENCE_MS = 20_000
LAPTOP = ViewportSize(width=1280, height=800)
INSTALL = "No browser here: the page is not tested. `apt-get install -y chromium` brings one."


@dataclass
class Site:
    """The program at its address, which can go away and come back."""

    house: House
    port: int = 0
    painter: Seen | None = None
    runner: web.AppRunner | None = field(default=None)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        pages = make_web(
            self.house.app, host="127.0.0.1", device="cpu", secret=SECRET, painter=self.painter
        )
        self.runner = web.AppRunner(pages, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self.runner.addresses[0][1]

    async def close(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()


@pytest_asyncio.fixture(loop_scope="package")
async def house(settings: Settings) -> AsyncIterator[House]:
    async with open_house(settings) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="package")
async def site(house: House) -> AsyncIterator[Site]:
    site = Site(house=house)
    await site.open()
    yield site
    await site.close()


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests, since it takes longer to start than they do."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(INSTALL)
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="package")
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    """The page as whoever sits at this machine finds it. What a script breaks fails the test."""
    context = await browser.new_context(reduced_motion="reduce", viewport=LAPTOP)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    await page.goto(site.address)
    yield page
    await context.close()
    assert broken == []
