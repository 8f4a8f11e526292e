"""What our own code never does, whoever wrote it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.rules import outward_in, wrong_in

ROOT = Path(__file__).parents[2]
PARTS = ("bot", "engine", "storage", "migrations", "deploy")
TAUGHT_HERE = "engine/picturebook/"
"""Teaches the built-in model on the machine of whoever does so, from files of its own making."""
OWN_FILES = ("may be downloaded while it is loaded", "may be loaded from a pickle")
OUTWARDS = {
    "bot/discord/pictures/cdn.py": {"ClientSession"},
    "bot/identity.py": {"ClientSession"},
    "deploy/healthy.py": {"http.client"},
    # Only to see whether somebody listens there.
    "engine/afar/cluster.py": {"create_connection"},
    "engine/gpu/hub/connection.py": {"http.client", "urllib.request"},
    "engine/gpu/hub/hub.py": {"http.client"},
    "engine/gpu/hub/public.py": {"create_connection"},
    "engine/gpu/hub/wire.py": {"http.client", "urllib.request", "build_opener"},
}
"""Whatever is fetched is fetched there; discord.py and asyncpg go where the settings say."""


def sources() -> Iterator[tuple[str, str]]:
    for part in PARTS:
        for file in sorted((ROOT / part).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


def test_nothing_in_our_code_runs_what_it_reads_or_trusts_whom_it_must_not() -> None:
    wrong = [
        f"{name}:{why}"
        for name, code in sources()
        for why in wrong_in(code)
        if not (name.startswith(TAUGHT_HERE) and why.endswith(OWN_FILES))
    ]

    assert wrong == []


def test_only_these_files_connect_to_somebody() -> None:
    found = {name: outward_in(code) for name, code in sources()}

    assert {name: how for name, how in found.items() if how} == OUTWARDS


@pytest.mark.parametrize(
    "code",
    [
        "torch.load(file)",
        "torch.load(file, weights_only=False)",
        "torch.jit.load(file)",
        "import pickle",
        "from marshal import loads",
        "import yaml.loader",
        "eval(words)",
        "exec(words)",
        "__import__(name)",
        "os.system(line)",
        "os.execv(program, [])",
        "subprocess.run(line, shell=True)",
        "tempfile.mktemp()",
        "numpy.load(file, allow_pickle=True)",
        "session.get(address, ssl=False)",
        "requests.get(address, verify=False)",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
        "Environment(autoescape=False)",
        "create_async_engine(address, hide_parameters=False)",
        "assert user.may_delete",
        "assert len(name) < 10, 'too long'",
        "kind.from_pretrained(folder, local_files_only=True)",
        "kind.from_pretrained(folder, use_safetensors=True)",
        "t.AutoModel.from_pretrained(f, use_safetensors=True, local_files_only=True)",
        "t.AutoModel.from_pretrained(f, trust_remote_code=True)",
    ],
)
@pytest.mark.mutant(21)
def test_the_reader_of_our_code_sees(code: str) -> None:
    assert wrong_in(code)


@pytest.mark.parametrize(
    "code",
    [
        "import requests",
        "from urllib.request import Request",
        "aiohttp.ClientSession()",
        "await asyncio.open_connection(host, 1)",
        "socket.create_connection(place)",
    ],
)
def test_the_reader_of_our_code_sees_who_connects(code: str) -> None:
    assert outward_in(code)


@pytest.mark.parametrize(
    "code",
    [
        "torch.load(file, weights_only=True)",
        "network.eval()",
        "assert isinstance(asked, Job)",
        "assert runner.server is not None",
        "re.compile(words)",
        "t.CLIPTokenizer.from_pretrained(folder, local_files_only=True)",
    ],
)
def test_the_reader_of_our_code_lets_pass(code: str) -> None:
    assert not wrong_in(code)
    assert not outward_in(code)
