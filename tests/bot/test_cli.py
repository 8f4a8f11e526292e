"""The commands from outside: what they import, say and answer."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import exit_code, run
from bot.painters import Painters
from engine import errors
from engine.errors import EaselError

HEAVY = {"torch", "diffusers", "transformers", "numpy", "PIL", "sqlalchemy", "alembic", "aiohttp"}
ROOT = Path(__file__).parents[2]


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom bot.__main__ import run\ncode = run(['--help'])\n"
        "sys.stderr.write(','.join(sorted(sys.modules)))\nsys.exit(code)"
    )

    ran = subprocess.run(
        (sys.executable, "-c", program), cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "imagine" in ran.stdout
    assert not HEAVY & set(ran.stderr.split(","))


def test_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0

    assert (
        f'version = "{capsys.readouterr().out.split()[1]}"' in (ROOT / "pyproject.toml").read_text()
    )


@pytest.mark.parametrize(
    "command",
    [
        ["serve"],
        ["imagine"],
        ["doctor"],
        ["migrate"],
        ["models"],
        ["models", "list"],
        ["quota"],
        ["quota", "set"],
        ["audit"],
        ["queue"],
        ["queue", "show"],
        ["queue", "pause"],
        ["queue", "drain"],
        ["queue", "resume"],
        ["keys"],
        ["keys", "add"],
        ["keys", "list"],
        ["keys", "revoke"],
        ["settings", "show"],
        ["settings", "set"],
        ["styles", "list"],
        ["styles", "add"],
        ["styles", "remove"],
    ],
)
def test_every_command_explains_itself(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--help"]) == 0

    assert "Usage" in capsys.readouterr().out


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, EaselError)
    ],
)
def test_every_error_has_an_exit_code(kind: type[EaselError]) -> None:
    assert exit_code(kind("No.")) in {1, 2, 130}


@pytest.mark.usefixtures("folder")
def test_migrate_goes_up_and_down_and_says_where_it_stands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (["status"], ["up"], ["down", "base"], []):
        assert run(["migrate", *command]) == 0

    empty, up, down, again = capsys.readouterr().out.splitlines()
    assert "empty" in empty
    assert "up to date" in up
    assert "empty" in down
    assert up == again


@pytest.mark.usefixtures("folder")
def test_migrate_to_nowhere_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate", "up", "nowhere"]) == 2

    assert "There is no way" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_models_are_listed(painters: Painters, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list"], painters) == 0

    header, book = capsys.readouterr().out.splitlines()
    assert header.startswith("model")
    assert book.split() == ["book", "sd", "128×128", "4", "5", "Euler"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["evil.ckpt", "broken.safetensors", "missing", "folder"])
def test_weights_that_cannot_be_used_are_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("evil.ckpt").write_bytes(b"\x80\x04K\x01.")
    Path("broken.safetensors").write_bytes(b"\x10\x00")
    Path("folder").mkdir()

    assert run(["models", "check", name]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
