"""The documents as they are written: their links, headings, code and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|<(https?://[^>\s]+)>")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
NO_SIGN_OF_ITS_OWN = re.compile(r"[^\w\- ]")
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One file of words."""

    file: Path

    def __str__(self) -> str:
        return str(self.file.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    @cached_property
    def prose(self) -> str:
        """Without its blocks of code."""
        return FENCE.sub("", self.text)

    @property
    def links(self) -> Iterator[str]:
        for here, elsewhere in LINK.findall(self.prose):
            yield here or elsewhere

    @property
    def anchors(self) -> set[str]:
        """What can stand behind a # in a link to here, as it is made of the headings."""
        return {anchor(heading) for heading in HEADING.findall(self.prose)}

    def blocks(self, language: str) -> Iterator[str]:
        """What stands in blocks of that language."""
        for named, code in FENCE.findall(self.text):
            if named == language:
                yield code

    @property
    def code(self) -> Iterator[str]:
        """What stands in a line as code. In a table a bar is written with a backslash."""
        for told in CODE.findall(self.prose):
            yield told.replace(r"\|", "|")

    def rows(self, *, columns: int) -> Iterator[tuple[str, ...]]:
        """Of tables with so many columns, without their heads."""
        head = True
        for line in self.prose.splitlines():
            if not line.startswith("|"):
                head = True
                continue
            cells = tuple(cell.strip() for cell in BAR.split(line.strip()[1:-1]))
            if set(line) <= set("|-: "):
                head = False
            elif not head and len(cells) == columns:
                yield cells


def anchor(heading: str) -> str:
    """As the places that show such pages make it."""
    return NO_SIGN_OF_ITS_OWN.sub("", heading.strip().lower()).replace(" ", "-")


def page(name: str) -> Page:
    return Page(file=ROOT / name)


PAGES = [Page(file=file) for file in (ROOT / "README.md", *sorted(DOCS.glob("*.md")))]
