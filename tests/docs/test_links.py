"""Links lead somewhere, and what is named is there."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, Page, page

ELSEWHERE = frozenset(
    {"127.0.0.1:7878", "127.0.0.1:3000", "discord.com", "keepachangelog.com", "modal.com"}
)
"""Hosts that a page may send people to."""
TOP = ("bot", "deploy", "docs", "engine", "migrations", "secrets", "storage", "tests")
MADE = re.compile(r"secrets/\w+\.txt")
"""What is made on the machine that runs it."""


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_every_link_leads_to_a_file_and_a_heading(each: Page) -> None:
    lost = [link for link in each.links if "://" not in link and not _is_there(each, link)]

    assert lost == []


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_nobody_is_sent_to_a_host_that_is_not_known(each: Page) -> None:
    hosts = {urlsplit(link).netloc for link in each.links if "://" in link}

    assert hosts <= ELSEWHERE


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_files_that_a_page_names_are_there(each: Page) -> None:
    named = [told for told in each.code if told.split("/")[0] in TOP and "/" in told]
    written = [told for told in named if re.fullmatch(r"[\w./-]+", told)]

    assert [told for told in written if not MADE.match(told) and not (ROOT / told).exists()] == []


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_no_page_tells_of_the_machine_where_it_was_written(each: Page) -> None:
    here = {f"{place}/" for place in (ROOT, ROOT.parent, Path.home()) if place != place.parent}

    assert [place for place in here if place in each.text] == []


def test_the_index_has_every_page() -> None:
    index = page("docs/README.md")

    there = {file.name for file in DOCS.glob("*.md")}
    assert set(index.links) >= there - {"README.md"}


def _is_there(each: Page, link: str) -> bool:
    place, _, anchor = link.partition("#")
    file = (each.file.parent / place).resolve() if place else each.file
    if not anchor:
        return file.exists()
    return file.exists() and anchor in Page(file=file).anchors
