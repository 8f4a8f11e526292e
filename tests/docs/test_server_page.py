"""The page of servers names what the Compose files and the unit really have."""

import re
import shlex
from collections.abc import Iterator

import pytest

from bot.setting_places import PREFIX
from tests.docs.pages import PAGES, ROOT, Page, page

HERE = page("docs/install-server.md")
FILES = ("docker-compose.yml", "deploy/compose.gpu.yml", "deploy/compose.weights.yml")
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?")
SERVICE = re.compile(r"^  ([\w-]+):$", re.MULTILINE)
WANTS_IT_STOPPED = re.compile(r"/opt/easel/run (restore|migrate down)")
GIVEN_BACK = re.compile(
    r"^systemctl stop easel$.*^EASEL_DATA_DIR=.* (restore|migrate down) .*"
    r"^chown -R --reference=/var/lib/easel/ /var/lib/easel/$.*^systemctl start easel$",
    re.MULTILINE | re.DOTALL,
)
OF_PIP = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
"""The page of settings tells of these."""


def test_what_can_be_changed_is_what_the_compose_files_ask_for() -> None:
    written = "".join((ROOT / file).read_text("utf-8") for file in FILES)
    asked = {name: usual for name, usual in VARIABLE.findall(written) if name not in OF_PIP}
    told = {row[0].strip("`"): row[1].strip("`") for row in HERE.rows(columns=3)}
    told = {name: usual for name, usual in told.items() if name.isupper()}

    assert told == {name: usual or "not set" for name, usual in asked.items()}


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_files_and_services_of_compose_are_there(each: Page) -> None:
    compose = (ROOT / FILES[0]).read_text("utf-8")
    services = {*SERVICE.findall(compose.partition("\nservices:")[2].partition("\nnetworks:")[0])}

    for words in _composed(each):
        files = [words[place + 1] for place, word in enumerate(words) if word == "-f"]
        assert all((ROOT / file).exists() for file in files if "." in file), words
        profiles = [words[place + 1] for place, word in enumerate(words) if word == "--profile"]
        assert all(f"profiles: [{profile}]" in compose for profile in profiles), words
        if "exec" in words:
            assert words[words.index("exec") + 1] in services, words


def test_the_unit_reads_what_the_page_says() -> None:
    unit = (ROOT / "deploy/easel.service").read_text("utf-8")

    assert "ExecStart=/opt/easel/run serve" in unit
    assert "EnvironmentFile=-/etc/easel/easel.env" in unit
    assert "LoadCredential=easel:/etc/easel/credentials" in unit
    assert f"{PREFIX}DATA_DIR=%S/easel" in unit
    for place in ("/opt/easel", "/etc/easel/easel.env", "/etc/easel/credentials", "/var/lib/easel"):
        assert place in HERE.text


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_what_wants_easel_stopped_is_typed_where_it_is(each: Page) -> None:
    for words in _composed(each):
        assert not ("exec" in words and {"restore", "down"} & {*words}), words
    for block in each.blocks("sh"):
        if WANTS_IT_STOPPED.search(block):
            assert GIVEN_BACK.search(block), block


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_the_service_gets_its_packages_from_root(each: Page) -> None:
    for block in each.blocks("sh"):
        if "git -C /opt/easel" in block:
            assert block.index("git -C") < block.index("--set-up-only") < block.index("start easel")


def _composed(each: Page) -> Iterator[list[str]]:
    lines = [line for block in each.blocks("sh") for line in block.splitlines()]
    for line in (*each.code, *lines):
        words = shlex.split(line) if "docker compose" in line else []
        if "docker" in words:
            yield words[words.index("docker") :]
