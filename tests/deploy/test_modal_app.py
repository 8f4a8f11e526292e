"""deploy/modal_app.py: its wiring, by the calls that Modal's library makes without its cloud."""

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import modal
import pytest

from bot.modals import Modal, open_rented
from bot.settings import Settings
from bot.version import version
from engine.child.messages import Ready
from engine.errors import PaintingFailed
from engine.gpu.models.catalog import BUILT_IN
from engine.gpu.painter import open_painter
from engine.rented.letter import offer_in
from tests.bot.modal_stand_in import StandIn
from tests.deploy.dockerfile import ROOT
from tests.engine.child.nursery import PATIENCE_S, hearing, ignore, recipe, soon

# An engine is loaded.
pytestmark = pytest.mark.timeout(600)
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The module, as it is for who has set nothing but a device that is here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("EASEL_")]:
            patch.delenv(name)
        patch.setenv("EASEL_DEVICE", "cpu")
        patch.setenv("EASEL_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.chdir(tmp_path_factory.mktemp("cwd"))
        yield import_module("deploy.modal_app")


@pytest.fixture(scope="module")
def machine(deployed: ModuleType) -> Iterator[Any]:
    """Started by the first thing that is asked of it, as by Modal."""
    machine = deployed.Painter()
    assert machine.warm.local() == [BUILT_IN]
    yield machine
    machine.resident.close(PATIENCE_S)


def test_what_is_deployed_tells_what_it_is(deployed: ModuleType) -> None:
    offer = offer_in(deployed.offer.local())

    assert offer.version == version()
    assert isinstance(offer.engine, Ready)
    assert list(offer.engine.cards) == [BUILT_IN]
    assert offer.engine.seats == deployed.SEATS


async def test_the_class_paints_a_prompt(machine: Any) -> None:
    asked = {"prompt": "a red boat", "steps": 2, "seed": 1}

    first, again = [await soon(machine.generate.local(asked)) for _ in range(2)]

    assert first.startswith(PNG)
    assert first == again


async def test_who_has_none_of_our_errors_is_told_in_words(machine: Any) -> None:
    with pytest.raises(RuntimeError, match="prompt is missing"):
        await soon(machine.generate.local({}))


async def test_its_page_paints_a_prompt(machine: Any) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b'{"prompt": "a red boat", "steps": 1}'}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await soon(machine.standalone({"type": "http", "method": "POST"}, receive, send))

    assert sent[0]["status"] == 200
    assert sent[1]["body"].startswith(PNG)


async def test_the_bot_gets_the_same_bits_from_it_as_from_this_process(
    deployed: ModuleType, machine: Any, tmp_path: Path
) -> None:
    told: list[tuple[int, bytes | None]] = []
    library = StandIn(
        "easel", deployed.offer.local, lambda letter: machine.resident.paint(letter, "fc-1")
    )
    async with open_rented(Settings(painter="modal"), Modal(library, "easel")) as crew:
        (member,) = crew
        (card,) = crew.cards.values()
        asked = recipe("a red circle", model=card.name, digest=card.digest, steps=6)

        far = await soon(member.painter.paint(asked, {}, lambda *step: told.append(step)))
        with pytest.raises(PaintingFailed):
            await soon(member.painter.paint(recipe("a fox", sampler="none"), {}, ignore))

        assert list(member.painter.warm) == [BUILT_IN]
    async with open_painter([BUILT_IN], models_dir=tmp_path, device="cpu") as here:
        near = await here.paint(asked, {}, ignore)

    assert far.png == near.png
    assert [step for step, preview in told if preview is None] == [1, 2, 3, 4, 5, 6]
    assert any(preview and preview.startswith(PNG) for _, preview in told)


async def test_several_are_painted_together(machine: Any) -> None:
    asked = [{"prompt": f"a red boat {number}", "steps": 8} for number in range(4)]

    painted = await soon(asyncio.gather(*(machine.generate.local(each) for each in asked)))

    assert len(set(painted)) == 4


async def test_a_machine_that_is_broken_gets_nothing_more(
    deployed: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_MODELS", "nothing")
    broken = deployed.Painter()

    # It is left, were it one of Modal's.
    with hearing() as log:
        with pytest.raises(RuntimeError, match="did not start"):
            broken.warm.local()
        await _left()
        assert len(log.saying("cannot be left")) == 1
        with pytest.raises(RuntimeError, match="did not start"):
            await soon(broken.generate.local({"prompt": "a red boat"}))
        await _left()
        assert len(log.saying("cannot be left")) == 2


async def _left() -> None:
    for thread in threading.enumerate():
        if thread.name == "leave":
            await asyncio.to_thread(thread.join, PATIENCE_S)


def test_only_who_brings_a_token_of_modals_is_let_in(deployed: ModuleType) -> None:
    # Modal's library keeps what its decorators were given to itself.
    source = Path(str(deployed.__file__)).read_text("utf-8")

    assert re.findall(r"modal\.\w+_(?:app|endpoint|server)\(.*\)", source) == [
        "modal.asgi_app(requires_proxy_auth=True)"
    ]


def test_nothing_is_deployed_without_a_token(tmp_path: Path) -> None:
    hidden = re.compile("EASEL_|MODAL_")
    environment = {name: value for name, value in os.environ.items() if not hidden.match(name)}

    answer = subprocess.run(
        [sys.executable, "-m", "modal", "deploy", str(ROOT / "deploy" / "modal_app.py")],
        env={**environment, "MODAL_CONFIG_PATH": str(tmp_path / "none.toml")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
    )

    # It is read to its end before anybody is asked: image, class and functions hold together.
    assert answer.returncode == 1
    assert "Token missing" in answer.stdout + answer.stderr


def test_only_who_chose_modal_imports_it() -> None:
    program = "import bot.painters, bot.modals, bot.cli, sys; sys.exit('modal' in sys.modules)"

    answer = subprocess.run([sys.executable, "-P", "-c", program], timeout=3 * PATIENCE_S)

    assert answer.returncode == 0
    assert modal.is_local()
