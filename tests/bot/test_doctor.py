"""The doctor: everything in a line each, and code 1 where something must be mended."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.doctor import Finding, examine
from bot.painters import Painters
from bot.settings import read_settings
from engine.switch import Switch
from tests.discord_server.server import Discord

pytestmark = pytest.mark.usefixtures("folder")

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.Gabcde.a-secret"
TOPICS = (
    "Easel",
    "Python",
    "torch",
    "device",
    "switches",
    "memory",
    "model",
    "database",
    "disk",
    "Discord",
)


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address on this machine at which nothing answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/api"


def test_every_topic_has_a_line(painters: Painters, capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor"], painters)

    findings, _, fitting = capsys.readouterr().out.partition("\n\n")
    lines = findings.splitlines()
    assert [line.split()[1] for line in lines] == list(TOPICS)
    assert {line.split()[0] for line in lines} <= {"ok", "mend"}
    explained, header, *models = fitting.splitlines()
    assert explained.startswith("How large a card must be for one picture, by EASEL_OFFLOAD")
    assert header.split() == ["model", "size", "none", "parts", "blocks", "layers", "here"]
    assert any(line.startswith("FLUX.1  ") and "1024×1024" in line for line in models)


def test_a_token_makes_an_invite_link_and_is_not_shown(
    painters: Painters,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    nobody: str,
) -> None:
    monkeypatch.setenv("EASEL_DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("EASEL_DISCORD_API", nobody)

    run(["doctor"], painters)

    told = capsys.readouterr().out
    assert "A token of the application 1234567890123456789 is set." in _line("Discord", told)
    assert "https://discord.com/oauth2/authorize?client_id=1234567890123456789&" in told
    assert "permissions=274877942784" in _line("invite", told)
    assert "Attach Files: the pictures themselves" in _line("rights", told)
    assert "None of the privileged ones" in _line("intents", told)
    assert "a-secret" not in told


def test_a_token_that_was_cut_must_be_mended(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_DISCORD_TOKEN", "a-secret")

    code = run(["doctor"], painters)

    told = capsys.readouterr().out
    assert code == 1
    assert _line("Discord", told).startswith("mend")
    assert "a-secret" not in told


async def test_discord_is_asked_whose_the_token_is(
    painters: Painters, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Discord() as discord:
        monkeypatch.setenv("EASEL_DISCORD_API", discord.api)
        monkeypatch.setenv("EASEL_DISCORD_TOKEN", discord.token)
        known = await _of_discord(painters)
        monkeypatch.setenv("EASEL_DISCORD_TOKEN", TOKEN)

        unknown = await _of_discord(painters)

    assert known.row()[0] == "ok"
    assert known.fact.startswith("Discord knows the bot as “")
    assert unknown.row()[0] == "mend"
    assert "Discord does not know this token. Press “Reset Token”" in unknown.mend


async def test_a_discord_that_does_not_answer_is_told(
    painters: Painters, monkeypatch: pytest.MonkeyPatch, nobody: str
) -> None:
    monkeypatch.setenv("EASEL_DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("EASEL_DISCORD_API", nobody)

    found = await _of_discord(painters)

    assert found.fact == "A token of the application 1234567890123456789 is set."
    assert found.mend == f"Nothing answers at {nobody}. Mend EASEL_DISCORD_API, or leave it out."


def test_pictures_that_have_no_folder_must_be_mended(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("data/pictures")
    folder.parent.mkdir()
    folder.write_bytes(b"")

    code = run(["doctor"], painters)

    line = _line("pictures", capsys.readouterr().out)
    assert code == 1
    assert line.startswith("mend")
    assert f"{folder.absolute()}: Not a directory. That must be a folder" in line


def test_a_name_with_two_lines_stays_in_its_line() -> None:
    finding = Finding(what="LoRA", fact="“one\nok  disk” cannot be used.", mend="Rename\x1b[2J it.")

    told = finding.row()[2]

    assert told == r"“one\u000aok  disk” cannot be used. Rename\u001b[2J it."


def test_looking_changes_nothing(painters: Painters) -> None:
    run(["doctor"], painters)

    assert not list(Path().iterdir())


def test_a_model_that_cannot_be_used_must_be_mended(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_MODELS", "picturebok")

    code = run(["doctor"], painters)

    assert code == 1
    assert "Did you mean picturebook" in _line("model", capsys.readouterr().out)


def test_an_addon_that_cannot_be_used_must_be_mended(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("data/loras")
    folder.mkdir(parents=True)
    (folder / "pick.safetensors").write_bytes(b"PK\x03\x04" + bytes(100))

    code = run(["doctor"], painters)

    assert code == 1
    line = _line("LoRA", capsys.readouterr().out)
    assert line.startswith("mend")
    assert "“pick” cannot be used" in line
    assert "Get the same weights as .safetensors" in line


def test_it_says_how_many_pictures_there_are_and_what_is_kept(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["imagine", "a fox", "--count", "2"], painters)
    run(["history", "favourite", "2"], painters)
    run(["doctor"], painters)
    everything = _line("pictures", capsys.readouterr().out)
    monkeypatch.setenv("EASEL_KEEP_DAYS", "30")
    monkeypatch.setenv("EASEL_KEEP_PICTURES", "5000")
    monkeypatch.setenv("EASEL_KEEP_GB", "2.5")

    run(["doctor"], painters)

    limited = _line("pictures", capsys.readouterr().out)
    assert "2 pictures, 1 of them favourites, 0.0 MiB. All are kept." in everything
    assert "Kept for 30 days, the newest 5,000 of each person, up to 2.5 GiB;" in limited


def test_a_database_that_is_none_must_be_mended(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("notes.txt").write_text("no database at all, but long enough to be read as one" * 20)
    monkeypatch.setenv("EASEL_DATABASE_URL", "sqlite:///notes.txt")

    code = run(["doctor"], painters)

    assert code == 1
    assert _line("database", capsys.readouterr().out).startswith("mend")


def test_a_token_is_never_shown(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_DISCORD_TOKEN", "abc.def")

    run(["doctor"], painters)

    told = capsys.readouterr()
    assert "A token is set" in told.out
    assert "abc.def" not in told.out + told.err


async def _of_discord(painters: Painters) -> Finding:
    found = await examine(read_settings(), painters)
    return next(each for each in found if each.what == "Discord")


def _line(topic: str, told: str) -> str:
    return next(line for line in told.splitlines() if line.split()[1] == topic)


def test_switches_are_told_in_their_order(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_SWITCHES", "graphs, attention")

    run(["doctor"], painters)

    assert _line("switches", capsys.readouterr().out).split() == [
        "ok",
        "switches",
        "attention,",
        "graphs",
    ]


def test_a_shortcut_that_keeps_easel_from_starting_must_be_mended(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_DEVICE", "cpu")
    monkeypatch.setenv("EASEL_SHORTCUTS", "fp8")

    code = run(["doctor"], painters)

    line = _line("shortcuts", capsys.readouterr().out)
    assert code == 1
    assert line.startswith("mend")
    assert "needs an NVIDIA card" in line


@pytest.mark.parametrize(
    ("device", "found", "told"),
    [("cuda", False, True), ("cuda", True, False), ("cpu", False, False)],
)
def test_a_card_without_a_compiler_is_told_of(
    painters: Painters,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    device: str,
    found: bool,
    told: bool,
) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    if found:
        (tmp_path / "clang").write_text("#!/bin/sh\n")
        (tmp_path / "clang").chmod(0o755)
    card = replace(painters, device=lambda _: device, thrown=lambda _: {Switch.COMPILE})

    run(["doctor"], card)

    assert ("No C compiler is found" in capsys.readouterr().out) is told
