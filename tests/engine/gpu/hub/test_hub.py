"""The hub as it is asked: patiently, politely, and with answers that say the mend."""

import asyncio
import os
import socket
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from engine.errors import BadModel, EaselError, Misconfigured, Unavailable
from engine.gpu.hub.hub import Hub, hub_from
from engine.gpu.hub.repository import HubName
from engine.gpu.models.catalog import find
from tests.hub_server.app import TOKEN, HubServer
from tests.hub_server.visit import LOCAL, NAME, bring, left_in

TEXT = "text_encoder/model.safetensors"


async def test_a_busy_hub_is_asked_again(server: HubServer, folder: Path) -> None:
    server.faults.busy = 3

    await bring(server, folder)

    assert find(LOCAL, folder)


async def test_a_hub_that_hangs_is_asked_again(server: HubServer, folder: Path) -> None:
    server.faults.hanging = 1

    await bring(server, folder, timeout=2)

    assert find(LOCAL, folder)


async def test_pauses_grow_until_it_gives_up(server: HubServer, folder: Path) -> None:
    server.faults.busy = 10**6
    waited: list[float] = []

    with pytest.raises(Misconfigured, match="it answered 500"):
        await bring(server, folder, pauses=(1, 2, 4), wait=waited.append)

    assert waited == [1, 2, 4]
    assert left_in(folder) == []


async def test_a_hub_that_hangs_is_told_of(server: HubServer, folder: Path) -> None:
    server.faults.hanging = 2
    told: list[str] = []

    await bring(server, folder, reach=10**6, timeout=1, say=told.append)

    assert told == [
        "127.0.0.1: no answer yet, trying again (2 of 4)",
        "127.0.0.1: no answer yet, trying again (3 of 4)",
    ]


def test_a_greeting_that_never_comes_is_not_waited_for_as_long_as_an_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        hub = Hub(endpoint=f"https://127.0.0.1:{port}", pauses=(), reach=0.1, timeout=10**6)

        with pytest.raises(Misconfigured, match="no answer yet"):
            hub.look_up(HubName(repository=NAME))


async def test_what_an_answer_says_goes_to_a_terminal_only_where_it_can_be_shown() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x1b[2J" + b"x" * 500 + b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    other = await asyncio.start_server(babble, "127.0.0.1", 0)
    hub = Hub(endpoint=f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}", pauses=())

    async with other:
        with pytest.raises(Misconfigured) as refused:
            await asyncio.to_thread(hub.look_up, HubName(repository=NAME))

    assert "?[2Jxxx" in str(refused.value)
    assert str(refused.value).isprintable()
    assert str(refused.value).count("x") < 120


async def test_a_revision_that_is_no_commit_is_no_answer(server: HubServer, folder: Path) -> None:
    repository = server.repositories[NAME]
    repository.commits["\x1b[2J"] = repository.commits[repository.branches["main"]]
    repository.branches["main"] = "\x1b[2J"

    with pytest.raises(Misconfigured, match="answered what no hub answers"):
        await bring(server, folder)


async def test_a_gated_model_says_where_to_accept_its_licence(
    server: HubServer, folder: Path
) -> None:
    server.repositories[NAME].gated = True

    with pytest.raises(BadModel, match=rf"Accept it at {server.address}/{NAME} and set HF_TOKEN"):
        await bring(server, folder)
    with pytest.raises(BadModel, match="Accept it at"):
        await bring(server, folder, token="hf_other")

    assert left_in(folder) == []


async def test_the_token_opens_a_gated_model_and_goes_nowhere_else(
    server: HubServer, folder: Path
) -> None:
    server.repositories[NAME].gated = True

    await bring(server, folder, token=TOKEN)

    assert find(LOCAL, folder)
    assert server.leaked == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("somebody/tinny", "no model “somebody/tinny” that I may see. Did you mean somebody/tiny"),
        ("nobody/zzz", "no model “nobody/zzz” that I may see. If it is a private one"),
        (f"{NAME}@mian", "has no revision “mian”. Did you mean main"),
        (f"{NAME}/other.safetensors", "has no other.safetensors"),
    ],
)
async def test_what_is_not_there_is_answered_with_the_nearest(
    server: HubServer, folder: Path, name: str, sentence: str
) -> None:
    with pytest.raises(BadModel, match=sentence):
        await bring(server, folder, name)

    assert left_in(folder) == []


async def test_offline_nothing_is_asked(server: HubServer, folder: Path) -> None:
    with pytest.raises(Misconfigured, match="HF_HUB_OFFLINE is set"):
        await bring(server, folder, offline=True)

    assert server.starts == []


def test_a_hub_that_is_not_there_is_a_sentence() -> None:
    hub = Hub(endpoint="http://127.0.0.1:1", pauses=())

    with pytest.raises(
        Unavailable, match=r"cannot reach http://127\.0\.0\.1:1: Connection refused"
    ):
        hub.look_up(HubName(repository=NAME))


def test_the_environment_names_the_hub() -> None:
    hub = hub_from(
        {"HF_ENDPOINT": "http://127.0.0.1:1/", "HF_TOKEN": " abc ", "HF_HUB_OFFLINE": "yes"}
    )

    assert (hub.endpoint, hub.token, hub.offline) == ("http://127.0.0.1:1", "abc", True)
    assert hub_from({}) == Hub()


@pytest.mark.parametrize(
    "environ",
    [
        {"HF_ENDPOINT": "file:///etc"},
        {"HF_ENDPOINT": "hub"},
        {"HF_TOKEN": "a\nb"},
        {"HF_TOKEN": "ä"},
    ],
)
def test_an_environment_that_is_wrong_is_a_sentence(environ: dict[str, str]) -> None:
    with pytest.raises(EaselError, match="HF_"):
        hub_from(environ)


async def test_the_hubs_own_client_takes_the_stand_in_for_the_hub(
    server: HubServer, folder: Path, models_dir: Path
) -> None:
    content = (models_dir / "tiny" / TEXT).read_bytes()
    program = (
        "import sys, warnings\n"
        "from huggingface_hub import HfApi, hf_hub_download\n"
        f"found = HfApi(sys.argv[1]).model_info({NAME!r}, files_metadata=True)\n"
        f"large = next(file for file in found.siblings if file.rfilename == {TEXT!r})\n"
        f"for path in ({TEXT!r}, 'unet/config.json'):\n"
        f"    hf_hub_download({NAME!r}, path, local_dir=sys.argv[2], endpoint=sys.argv[1])\n"
        "print(found.sha, found.card_data.license, large.size, large.lfs.sha256)\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    # What the client reads from the environment when it is imported.
    environ = {**kept, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(folder), "NO_PROXY": "*"}
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        server.address,
        str(folder),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )

    said, _ = await client.communicate()

    revision, *rest = said.decode().split()
    assert revision == server.repositories[NAME].branches["main"]
    assert rest == ["openrail++", str(len(content)), sha256(content).hexdigest()]
    assert (folder / TEXT).read_bytes() == content


async def test_a_hub_may_say_how_long_to_wait(server: HubServer, folder: Path) -> None:
    server.faults.busy, server.faults.come_back_after = 1, "7"
    waited: list[float] = []

    await bring(server, folder, pauses=(1, 2), wait=waited.append)

    assert waited == [7]


async def test_the_token_follows_a_repository_that_was_renamed(
    server: HubServer, folder: Path
) -> None:
    server.repositories[NAME].gated = True
    server.renamed["old/name"] = NAME

    await bring(server, folder, "old/name", token=TOKEN)

    assert find("old--name", folder)


async def test_no_proxy_stands_before_this_machine(
    server: HubServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    await bring(server, folder)

    assert find(LOCAL, folder)
