"""Modal as a painter: what is wrong with it is said, and what it paints is painted."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import modal
import pytest

from bot.modals import Modal, cards_at, landlord_of, open_rented
from bot.painters import device_of
from bot.settings import Settings
from bot.version import version
from engine.child.messages import Paint
from engine.crew import State
from engine.errors import BadModel, Misconfigured, PaintingFailed, Unavailable
from engine.job import Owner, Status
from engine.lease import Lease
from engine.rented.letter import Offer, answering, asking
from engine.rented.resident import Resident
from engine.request import ImageRequest
from tests.bot.modal_stand_in import StandIn
from tests.engine.child.fake_child import open_fake
from tests.engine.child.nursery import PATIENCE_S, orders, recipe, soon
from tests.engine.house import open_house
from tests.engine.rented.homes import Here
from tests.fakes import BOOK, FakePainter

ALICE, BOB = Owner(id="discord:1"), Owner(id="discord:2")
BRISK = Lease(sweep=timedelta(milliseconds=50))
ON_MODAL = Settings(painter="modal", modal_containers=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """An app that paints without torch, and the library that reaches it."""

    resident: Resident
    library: StandIn

    @property
    def landlord(self) -> Modal:
        return Modal(self.library, "easel")


@asynccontextmanager
async def deployed(folder: Path) -> AsyncIterator[Deployed]:
    resident = Resident(orders(folder), open_fake, version=version())
    await asyncio.to_thread(resident.start)

    told = answering(Offer(version=version(), engine=resident.ready))

    def offer() -> bytes:
        return told

    def paint(letter: bytes) -> AsyncGenerator[bytes, None]:
        return resident.paint(letter, "fc-1")

    try:
        yield Deployed(resident=resident, library=StandIn("easel", offer, paint))
    finally:
        await asyncio.to_thread(resident.close, PATIENCE_S)


async def test_jobs_are_painted_there_and_each_ends_as_it_should(tmp_path: Path) -> None:
    async with (
        deployed(tmp_path) as app,
        open_rented(ON_MODAL, app.landlord) as crew,
        open_house(crew=crew, painter=FakePainter()) as house,
    ):
        foxes = [
            await house.studio.submit(ImageRequest(prompt=f"a fox {number}", steps=20), ALICE)
            for number in range(6)
        ]
        large = await house.studio.submit(ImageRequest(prompt="too large"), BOB)

        for fox in foxes:
            assert len(await soon(fox.pictures())) == 1
        with pytest.raises(PaintingFailed, match="Too large"):
            await soon(large.pictures())

        assert [member.painter.name for member in crew] == ["modal"]
        assert crew.seats == 3 * 2
        assert all(member.state is State.READY for member in crew)


async def test_a_job_that_is_withdrawn_ends_there(tmp_path: Path) -> None:
    async with (
        deployed(tmp_path) as app,
        open_rented(ON_MODAL, app.landlord) as crew,
        open_house(crew=crew, painter=FakePainter()) as house,
    ):
        ticket = await house.studio.submit(ImageRequest(prompt="wait"), ALICE)
        await soon(anext(aiter(ticket)))

        await house.studio.cancel(ticket.job.id, ALICE)
        other = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await soon(other.pictures())

        assert (await house.ledger.job(ticket.job.id)).status is Status.CANCELLED
    assert app.library.cancelled == ["fc-1"]


async def test_a_machine_that_breaks_down_costs_an_attempt(tmp_path: Path) -> None:
    async with (
        deployed(tmp_path) as app,
        open_rented(ON_MODAL, app.landlord) as crew,
        open_house(crew=crew, painter=FakePainter(), lease=BRISK) as house,
    ):
        # No other machine comes here, so every attempt finds it broken.
        ticket = await house.studio.submit(ImageRequest(prompt="lose"), ALICE)

        with pytest.raises(PaintingFailed, match="3 times"):
            await soon(ticket.pictures())

        assert (await house.ledger.job(ticket.job.id)).attempt == 3


@pytest.mark.parametrize(
    ("wrong", "kind", "words"),
    [
        (modal.exception.AuthError("Token missing."), Misconfigured, "MODAL_TOKEN_ID"),
        (modal.exception.NotFoundError("no"), Misconfigured, "nothing is deployed.*easel.*Deploy"),
        (modal.exception.ConnectionError("no"), Unavailable, "does not answer"),
        (TimeoutError(), Unavailable, "does not answer"),
        (OSError("no route"), Unavailable, "does not answer"),
        (modal.exception.FunctionTimeoutError("900 s"), Unavailable, "FunctionTimeoutError"),
        (modal.exception.RemoteError("lost"), Unavailable, "modal app logs easel"),
        (BadModel("That cannot be used."), BadModel, "cannot be used"),
    ],
)
async def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path, wrong: Exception, kind: type[Exception], words: str
) -> None:
    async with deployed(tmp_path) as app:
        app.library.wrong = wrong

        with pytest.raises(kind, match=words):
            await app.landlord.offer()
        with pytest.raises(kind, match=words):
            async with aclosing(app.landlord.paint(b"")) as letters:
                await anext(letters)
        with pytest.raises(kind, match=words):
            await app.landlord.cancel("fc-1")


async def test_who_leaves_listens_no_more(tmp_path: Path) -> None:
    asked = Paint(number=0, recipe=recipe("wait"), sources={}, facts={})
    async with deployed(tmp_path) as app:
        letters = app.landlord.paint(asking(asked))
        await soon(anext(letters))
        assert app.library.listening == 1

        await letters.aclose()

        assert app.library.listening == 0


async def test_what_never_answers_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    async with deployed(tmp_path) as app:
        app.library.hangs = True
        landlord = Modal(app.library, "easel", answers_within_s=0.01)

        with pytest.raises(Unavailable, match="does not answer"):
            await soon(landlord.offer())


async def test_another_name_is_not_deployed(tmp_path: Path) -> None:
    async with deployed(tmp_path) as app:
        with pytest.raises(Misconfigured, match="nothing is deployed by the name studio"):
            async with open_rented(ON_MODAL, Modal(app.library, "studio")):
                pytest.fail("it cannot start")


async def test_its_models_are_known_here_without_their_files(tmp_path: Path) -> None:
    async with deployed(tmp_path) as app:
        cards = await asyncio.to_thread(cards_at, ON_MODAL, lambda _: app.landlord)

    assert cards == {BOOK.name: BOOK}


async def test_another_easel_is_told_from_this_one(tmp_path: Path) -> None:
    async with deployed(tmp_path) as app:
        app.resident.version = "9.9"
        other = Here(app.resident)

        with pytest.raises(Misconfigured, match=r"Easel 9\.9, and this is"):
            await asyncio.to_thread(cards_at, ON_MODAL, lambda _: other)


def test_it_is_told_as_the_device() -> None:
    assert device_of(ON_MODAL) == "modal"


def test_without_a_token_it_does_not_start(tmp_path: Path) -> None:
    hidden = re.compile("EASEL_|MODAL_")
    environment = {name: value for name, value in os.environ.items() if not hidden.match(name)}
    ours = {
        "EASEL_PAINTER": "modal",
        "EASEL_DATA_DIR": str(tmp_path),
        "MODAL_CONFIG_PATH": str(tmp_path / "none.toml"),
    }

    answer = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "imagine", "a fox"],
        env={**environment, **ours},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
    )

    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == (
        "Modal does not let us in. Set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET, or type: "
        "modal token new\n"
    )


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "modal", None)

    with pytest.raises(Misconfigured, match=r"\./run --set-up-extras"):
        landlord_of(ON_MODAL)


def test_models_over_there_need_not_be_here() -> None:
    assert ON_MODAL.model_copy(update={"models": ("org/large",)}).models_here == ()
    assert Settings(models=("a",)).models_here == ("a",)


def test_no_more_are_kept_warm_than_may_paint() -> None:
    with pytest.raises(Misconfigured, match="EASEL_MODAL_WARM"):
        Settings(modal_warm=3, modal_containers=2)


def test_what_opens_it_stands_in_no_line(tmp_path: Path) -> None:
    program = (
        "from bot.beginning import begin; begin(); import logging; "
        "logging.getLogger('bot').error('Modal said: as-abcdef123456 is wrong')"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "MODAL_TOKEN_SECRET": "as-abcdef123456"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
    )

    assert "Modal said:" in answer.stderr
    assert "as-abcdef" not in answer.stderr
