"""What tests do on the page in one step, by the names that people and screen readers know."""

from playwright.async_api import Locator, Page, expect


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Prompt")


def work(page: Page, prompt: str) -> Locator:
    """The newest request of that prompt."""
    return page.get_by_role("article", name=prompt).last


def pictures(page: Page, prompt: str) -> Locator:
    """What was painted, as it can be opened."""
    return page.get_by_role("link", name=f"Open: {prompt}", exact=True)


async def ask(page: Page, words: str) -> None:
    await box(page).fill(words)
    await box(page).press("Enter")


async def paint(page: Page, prompt: str) -> Locator:
    """One picture of it, ready."""
    await ask(page, prompt)
    await expect(pictures(page, prompt.partition(" --")[0]).last).to_be_visible()
    return work(page, prompt.partition(" --")[0])
