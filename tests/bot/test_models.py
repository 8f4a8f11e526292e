"""The models commands: added from the hub or the disk, listed, and taken away."""

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.__main__ import run
from bot.models import download, fetch_missing, remove
from bot.painters import Painters
from engine.errors import BadModel, Misconfigured
from engine.gpu.hub.hub import Hub
from engine.gpu.hub.repository import HubName
from engine.gpu.models.catalog import BUILT_IN_FOLDER, find
from tests.hub_server.app import HubServer, open_hub
from tests.hub_server.shelf import Repository, files_in

NAME, LOCAL = "somebody/book", "somebody--book"
MODELS = Path("data") / "models"


@pytest.fixture
async def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HubServer]:
    """A hub that the environment names, with a model in it."""
    async with open_hub() as server:
        server.repositories[NAME] = Repository(licence="openrail++")
        server.repositories[NAME].commit(files_in(BUILT_IN_FOLDER))
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield server


@pytest.fixture
def a_model(folder: Path) -> Path:
    """A model that lies elsewhere on the disk."""
    return Path(shutil.copytree(BUILT_IN_FOLDER, folder / "elsewhere" / "mine"))


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=80)


async def easel(*command: str, painters: Painters | None = None) -> int:
    """Beside the hub, which has to answer meanwhile."""
    return await asyncio.to_thread(run, command, painters)


def told(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


async def test_a_model_is_added_from_the_hub(
    server: HubServer, painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await easel("models", "add", NAME) == 0

    said = capsys.readouterr()
    revision = server.repositories[NAME].branches["main"][:7]
    assert f"{NAME} at {revision}: " in said.err
    assert f"Its licence is openrail++: {server.address}/{NAME}" in said.err
    assert "100 % of" in said.err
    assert said.out.startswith(f"{NAME} (or book) is here. To paint with it, put it into ")
    for name in (NAME, "book", LOCAL):
        assert find(name, MODELS).card.name == "book"
    assert await easel("models", "check", LOCAL) == 0
    capsys.readouterr()
    assert await easel("models", "list", painters=painters) == 0
    line = capsys.readouterr().out.splitlines()[-1].split("  ")
    listed = [word.strip() for word in line if word]
    assert listed[0::4] == [f"{NAME} (or book)", f"{NAME}@{revision}"]
    assert "openrail++" in line


async def test_it_is_called_as_it_was_typed(
    server: HubServer, painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.wrong_bytes = 2
    assert await easel("models", "add", NAME) == 2
    assert await easel("models", "list", painters=painters) == 0
    unfinished = capsys.readouterr().out.splitlines()[-1]
    assert await easel("models", "add", NAME) == 0

    assert await easel("models", "add", NAME) == 2
    there_already = capsys.readouterr().err
    assert await easel("models", "remove", NAME, "--yes") == 0
    removed = capsys.readouterr().out

    assert unfinished.split()[:2] == [NAME, "unfinished"]
    assert f"There is a model {NAME} already. `easel models remove {NAME}`" in there_already
    assert removed == f"{NAME} is taken away.\n"


async def test_a_short_name_that_two_have_is_not_offered(
    server: HubServer, a_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    MODELS.mkdir(parents=True)
    (MODELS / "book").symlink_to(a_model)

    assert await easel("models", "add", NAME) == 0

    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{NAME} is here.")


async def test_waiting_for_the_hub_is_told(server: HubServer, console: Console) -> None:
    server.faults.busy, server.faults.come_back_after = 2, "0"
    waited: list[float] = []
    hub = Hub(endpoint=server.address, pauses=(0, 0, 0), wait=waited.append)

    await asyncio.to_thread(download, HubName(repository=NAME), MODELS, console, hub)

    assert told(console).splitlines()[:2] == [
        "127.0.0.1: it answered 500, trying again (2 of 4)",
        "127.0.0.1: it answered 500, trying again (3 of 4)",
    ]
    assert len(waited) == 2


async def test_an_unfinished_download_is_said_to_go_on(
    server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.wrong_bytes = 2
    assert await easel("models", "add", NAME) == 2
    server.repositories[NAME].commit({**files_in(BUILT_IN_FOLDER), "README.md": b"new"})
    capsys.readouterr()

    assert await easel("models", "add", NAME) == 0

    said = capsys.readouterr().err
    assert "of it are here from the last time" in said
    assert "There is a newer revision by now" in said


async def test_a_terminal_sees_one_bar(server: HubServer) -> None:
    console = Console(file=StringIO(), force_terminal=True, width=120)

    await asyncio.to_thread(fetch_missing, [NAME], MODELS, console)

    assert "/s" in told(console)
    assert "100 % of" not in told(console)


async def test_what_a_stranger_wrote_is_no_markup(server: HubServer, console: Console) -> None:
    server.repositories[NAME].licence = "[red]\x1b[2Jmit"

    await asyncio.to_thread(fetch_missing, [NAME], MODELS, console)

    assert "Its licence is [red]?[2Jmit: " in told(console)


async def test_offline_it_says_how_to_go_on(
    server: HubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    assert await easel("models", "add", NAME) == 2

    assert capsys.readouterr().err.startswith("HF_HUB_OFFLINE is set")
    assert server.starts == []


async def test_what_is_missing_is_fetched_once(server: HubServer, console: Console) -> None:
    names = ["picturebook", NAME, f"{NAME}@main", "nonsense", LOCAL]

    await asyncio.to_thread(fetch_missing, names, MODELS, console)

    assert find(NAME, MODELS) == find(LOCAL, MODELS)
    assert set(Counter(server.starts).values()) == {1}


async def test_a_path_that_looks_like_a_name_is_a_path(
    server: HubServer, a_model: Path, console: Console
) -> None:
    name = str(a_model.relative_to(Path.cwd()))

    fetch_missing([name], MODELS, console)

    assert name == "elsewhere/mine"
    assert await easel("models", "add", name) == 0
    assert os.readlink(MODELS / "mine") == str(a_model)
    assert server.starts == []


def test_a_model_from_elsewhere_is_linked_and_let_go(
    a_model: Path, painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "add", str(a_model)]) == 0
    assert run(["models", "list"], painters) == 0
    assert str(a_model) in capsys.readouterr().out

    assert run(["models", "remove", "mine", "--yes"]) == 0

    assert "mine is taken away" in capsys.readouterr().out
    assert (a_model / "model_index.json").is_file()
    assert list(MODELS.iterdir()) == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere/at/all", "neither here nor a name on the hub"),
        ("evil.ckpt", "is a pickle"),
        ("empty", "has no model_index.json"),
    ],
)
def test_what_cannot_be_added_is_a_sentence(
    name: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("evil.ckpt").write_bytes(b"\x80\x04K\x01.")
    Path("empty").mkdir()

    assert run(["models", "add", name]) == 2

    assert sentence in capsys.readouterr().err
    assert not MODELS.exists()


def test_a_name_that_is_taken_is_refused(a_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["models", "add", str(a_model)])

    assert run(["models", "add", str(a_model)]) == 2

    assert "There is a model mine already" in capsys.readouterr().err


def test_the_built_in_model_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "remove", "picturebook", "--yes"]) == 2

    assert "part of Easel" in capsys.readouterr().err


def test_whoever_is_asked_may_say_no(a_model: Path) -> None:
    run(["models", "add", str(a_model)])
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    assert remove("mine", MODELS, served=["picturebook", "mine"], agreed=no) is None

    assert asked == [
        "EASEL_MODELS names it, so the next start needs it. "
        "Forget mine? Its files stay where they are."
    ]
    assert (MODELS / "mine").is_symlink()


def test_nobody_to_ask_needs_a_yes(a_model: Path) -> None:
    run(["models", "add", str(a_model)])

    with pytest.raises(Misconfigured, match="add --yes"):
        remove("mine", MODELS, served=(), agreed=None)

    assert (MODELS / "mine").is_symlink()


def test_a_model_that_is_not_there_is_answered_with_the_nearest(a_model: Path) -> None:
    run(["models", "add", str(a_model)])

    with pytest.raises(BadModel, match="Did you mean mine"):
        remove("mime", MODELS, served=(), agreed=None)


def test_what_cannot_be_used_is_listed_as_such(
    a_model: Path, painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["models", "add", str(a_model)])
    (a_model / "model_index.json").write_text("{}")
    (MODELS / "half.part").mkdir()
    (MODELS / "gone").symlink_to("/nowhere")
    capsys.readouterr()

    assert run(["models", "list"], painters) == 0

    listed = [line.split()[:2] for line in capsys.readouterr().out.splitlines()[-3:]]
    assert listed == [["gone", "unusable"], ["half", "unfinished"], ["mine", "unusable"]]
