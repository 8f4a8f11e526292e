"""The doctor: everything in a line each, and code 1 where something must be mended."""

from pathlib import Path

import pytest

from bot.__main__ import run
from bot.painters import Painters

pytestmark = pytest.mark.usefixtures("folder")

TOPICS = ("Easel", "Python", "torch", "device", "memory", "model", "database", "disk", "Discord")


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
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_DISCORD_TOKEN", "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.Gabcde.a-secret")

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


def _line(topic: str, told: str) -> str:
    return next(line for line in told.splitlines() if line.split()[1] == topic)
