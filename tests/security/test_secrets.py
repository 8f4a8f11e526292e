"""What opens something is seen nowhere, whatever goes wrong in the real program."""

import json
import re
import sqlite3
from asyncio.subprocess import Process
from base64 import b64encode, urlsafe_b64encode
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import ClientSession
from PIL import Image

from bot.__main__ import run
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL
from tests.security.planted import HUB, PATIENCE_S, Told, running

WORD = "pl4nted-w0rd"
TOKEN = "pl4nted.t0ken.of-d1scord"
RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ [\w.]+: ")
COMMANDS = (["doctor"], ["migrate"], ["keys", "list"], ["history", "list"])
FORMS = pytest.mark.parametrize("form", ["json", pytest.param("human", marks=pytest.mark.slow)])
FORGED = "2026-01-01 00:00:00,000 ERROR bot: forged"


@pytest.fixture
def key(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """A key of the program that is started then."""
    monkeypatch.setenv("EASEL_DATA_DIR", str(data_dir))
    run(["keys", "add", "planted", "--scope", "paint,read,moderate"])
    found = re.search(r"easel_[a-z0-9]+_\S+", capsys.readouterr().out)
    assert found
    return found[0]


@FORMS
async def test_bugs_that_tell_all_they_know_give_nothing_away(
    data_dir: Path, key: str, form: str
) -> None:
    async with (
        Discord() as server,
        running(
            data_dir,
            log=form,
            discord_token=server.token,
            discord_api=server.api,
            discord_gateway=server.gateway,
        ) as easel,
    ):
        address = await easel.address()
        await server.ready(1, PATIENCE_S)
        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
        await server.message(asked, lambda message: bool(message.shown))
        broken = await server.command(ALICE, GENERAL, "imagine", prompt="break")
        await server.message(broken, lambda message: "broke" in message.text)
        easel.told.seen += await _answers(address, key)
        easel.told.seen += [message.text for message in server.all_messages()]
        easel.told.seen += _of_process(easel.process)
    tokens = [asked.token, broken.token]

    words = _everywhere(easel.told, data_dir)
    hidden = [server.token, key, *_cookie(data_dir), HUB]
    assert "cannot paint" in words["log"]
    assert [(where, one) for where, told in words.items() for one in hidden if one in told] == []
    # Those of people who ask are in the database until they are answered, and nowhere else.
    assert not [one for one in tokens if one in easel.told.everything]
    _require_records(easel.told, form)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "human"])
async def test_a_token_that_discord_does_not_know_is_not_repeated(
    data_dir: Path, form: str
) -> None:
    async with (
        Discord() as server,
        running(
            data_dir,
            log=form,
            discord_token=TOKEN,
            discord_api=server.api,
            discord_gateway=server.gateway,
        ) as easel,
    ):
        await easel.address()
        await easel.told.until(lambda said: "token" in said)

    assert TOKEN not in easel.told.everything
    _require_records(easel.told, form)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "human"])
@pytest.mark.parametrize("bug", ["none", "crash", "fault"])
async def test_a_program_that_does_not_come_up_gives_nothing_away(
    data_dir: Path, form: str, bug: str
) -> None:
    away = f"postgresql://easel:{WORD}@127.0.0.1:1/easel?connect_timeout=2"
    database = {"database_url": away} if bug == "none" else {}
    async with running(data_dir, bug=bug, log=form, discord_token=TOKEN, **database) as easel:
        code = await easel.ended()

    assert code != 0
    assert easel.told.everything
    assert TOKEN not in easel.told.everything
    assert WORD not in easel.told.everything
    if bug == "crash":
        assert "RuntimeError" in easel.told.everything
        _require_records(easel.told, form)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["doctor"], ["migrate"], ["keys", "list"], ["history", "list"]]
)
@pytest.mark.parametrize("database", ["postgresql://easel:{}@127.0.0.1:1/easel", "sqlite:////{}/x"])
def test_no_command_gives_anything_away(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: list[str],
    database: str,
) -> None:
    password = WORD if database.startswith("post") else "none"
    monkeypatch.setenv("EASEL_DATABASE_URL", database.format(password))
    monkeypatch.setenv("EASEL_DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("HF_TOKEN", HUB)

    run(command)

    told = "".join(capfd.readouterr())
    assert told
    assert not [one for one in (WORD, TOKEN, HUB) if one in told]


def _require_records(told: Told, form: str) -> None:
    """One line for each event; what stands below it belongs to it."""
    lines = [line for line in told.log if line]
    assert not [line for line in lines if line.startswith(FORGED) or "\x1b" in line]
    if form == "json":
        assert all(isinstance(json.loads(line), dict) for line in lines if line[:1] == "{")
    outside = "{" if form == "json" else RECORD
    strange = [
        line
        for line in lines
        if not re.match(outside, line) and not line.startswith((" ", "Easel", "a line of the log"))
    ]
    assert not [line for line in strange if "forged" in line], strange


async def _answers(address: str, key: str) -> list[str]:
    """What is said to whoever asks, and to whoever asks wrongly."""
    told = []
    opening = {"Authorization": f"Bearer {key}"}
    async with ClientSession(headers=opening) as caller, ClientSession() as stranger:
        for path in ("metrics", "openapi.json", "healthz", "readyz", "v1/jobs", "v1/history", ""):
            for client in (caller, stranger):
                async with client.get(f"{address}{path}") as answer:
                    told += [await answer.text()]
        for body in ({"prompt": "break"}, {"prompt": ""}, {"nothing": 1}):
            for path in ("v1/jobs", "generate", "v1/images/generations", "sdapi/v1/txt2img"):
                async with caller.post(f"{address}{path}", json=body) as answer:
                    told += [await answer.text(), str(answer.headers)]
        wrong = {"Authorization": f"Bearer {key}x"}
        async with stranger.get(f"{address}v1/jobs", headers=wrong) as answer:
            told += [await answer.text()]
    return told


def _of_process(process: Process) -> list[str]:
    place = Path(f"/proc/{process.pid}")
    return [(place / name).read_text() for name in ("cmdline", "comm") if place.exists()]


def _cookie(data_dir: Path) -> list[str]:
    secret = (data_dir / "cookies.secret").read_bytes()
    return [secret.hex(), b64encode(secret).decode(), urlsafe_b64encode(secret).decode()]


def _everywhere(told: Told, data_dir: Path) -> dict[str, str]:
    pictures = [file for file in (data_dir / "pictures").rglob("*") if file.is_file()]
    assert pictures
    with closing(sqlite3.connect(data_dir / "easel.db")) as database:
        rows = "\n".join(database.iterdump())
    metadata = []
    for file in pictures:
        with Image.open(file) as picture:
            metadata.append(str(picture.info))
    return {
        "log": told.everything,
        "database": rows,
        "metadata": "".join(metadata),
        "files": "".join(file.read_bytes().decode("latin-1") for file in pictures),
        "others": "".join(
            file.read_bytes().decode("latin-1")
            for file in data_dir.rglob("*")
            if file.is_file() and file.name != "cookies.secret"
        ),
    }
