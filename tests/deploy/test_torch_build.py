"""Which PyTorch ./run asks for, on a machine with or without a card, a Mac, or none of them."""

from pathlib import Path

import pytest

from tests.deploy.dockerfile import ROOT
from tests.deploy.followed import Followed, really

ANY, CPU = "torch==2.13.0", "torch==2.13.0+cpu"
PYTHON = """#!/bin/sh
# Answers as an environment's Python whose pip writes down what it is asked for.
echo "$@" >>"$ASKED"
case "$*" in
    *--dry-run*) [ -n "$HAS_CPU" ] ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Followed:
    """The script beside an environment, and none of this machine's own cards."""
    for name in ("run", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "run").chmod(0o755)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    program(tmp_path / ".venv" / "bin" / "python", PYTHON)
    program(tmp_path / "bin" / "nvidia-smi", "#!/bin/sh\nexit $NO_CARD\n")
    program(tmp_path / "bin" / "uname", "#!/bin/sh\necho $SYSTEM\n")
    return Followed(root=tmp_path, stages={}, perform=really)


def program(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(0o755)


def set_up(machine: Followed, *, build: str, system: str, card: bool, has_cpu: bool) -> str:
    """The last PyTorch that was asked for."""
    asked = machine.root / "asked"
    done = machine.shell(
        'PATH="$PWD/bin:$PATH" ./run --set-up-only',
        TORCH_BUILD=build,
        SYSTEM=system,
        NO_CARD="" if card else "1",
        HAS_CPU="yes" if has_cpu else "",
        ASKED=str(asked),
    )
    assert done.returncode == 0, done.stderr
    lines = asked.read_text("utf-8").split("\n")
    [wanted] = [line for line in lines if "torch==" in line and "--dry-run" not in line]
    return wanted.split()[-1]


@pytest.mark.parametrize(
    ("build", "system", "card", "has_cpu", "wanted"),
    [
        ("", "Linux", True, True, ANY),
        ("", "Linux", False, True, CPU),
        ("", "Linux", False, False, ANY),
        ("", "Darwin", False, True, ANY),
        ("cuda", "Linux", False, True, ANY),
        ("cpu", "Linux", True, True, CPU),
        # The usual index has no such build, and no Mac has another one.
        ("cpu", "Linux", True, False, ANY),
        ("cpu", "Darwin", False, True, ANY),
    ],
)
def test_the_build_for_this_machine_is_taken(
    machine: Followed, build: str, system: str, card: bool, has_cpu: bool, wanted: str
) -> None:
    asked = set_up(machine, build=build, system=system, card=card, has_cpu=has_cpu)

    assert asked == wanted


def test_a_build_that_there_is_not_is_refused_also_once_all_is_set_up(machine: Followed) -> None:
    set_up(machine, build="", system="Linux", card=False, has_cpu=True)

    refused = machine.shell("./run --set-up-only", TORCH_BUILD="rocm", ASKED="/dev/null")

    assert refused.returncode == 1
    assert refused.stderr == "TORCH_BUILD must be cpu or cuda, not rocm.\n"
