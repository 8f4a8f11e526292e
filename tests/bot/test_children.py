"""A painter for each device, in a process of its own."""

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from bot.children import VISIBLE, environment_of, names_of, open_children
from bot.painters import device_of
from bot.settings import Settings
from engine.child.painter import ChildPainter
from engine.crew import State
from engine.errors import BadModel, Misconfigured, PaintingFailed
from engine.job import Owner, Status
from engine.lease import Lease
from engine.request import ImageRequest
from tests.engine.child.nursery import FAKE, PATIENCE_S, hearing, ignore, orders, recipe, soon
from tests.engine.house import open_house
from tests.fakes import FakePainter

ALICE, BOB = Owner(id="discord:1"), Owner(id="discord:2")
BRISK = Lease(sweep=timedelta(milliseconds=50))


def test_each_is_called_after_its_device() -> None:
    assert names_of(["cuda:0", "cuda:1"]) == ["cuda:0", "cuda:1"]


def test_several_on_one_device_are_numbered() -> None:
    assert names_of(["cpu", "cuda:0", "cpu"]) == ["cpu-1", "cuda:0", "cpu-2"]


def test_all_of_them_are_told_as_the_device() -> None:
    assert device_of(Settings(painter="process", device="cpu, cpu")) == "cpu-1, cpu-2"
    assert device_of(Settings(device="cpu")) == "cpu"


def test_a_thread_has_one_device() -> None:
    with pytest.raises(Misconfigured, match="EASEL_PAINTER to process"):
        Settings(device="cuda:0,cuda:1")


@pytest.mark.parametrize(
    ("device", "seen", "shown"),
    [
        ("cuda:1", None, "1"),
        ("cuda:0", "", "0"),
        ("cuda:1", "2,5", "5"),
        ("cuda:0", "GPU-1f2e, GPU-3c4d", "GPU-1f2e"),
    ],
)
def test_each_sees_its_own_card_only(device: str, seen: str | None, shown: str) -> None:
    ours = {} if seen is None else {VISIBLE: seen}

    assert environment_of(device, ours) == {VISIBLE: shown}


@pytest.mark.parametrize("device", ["cpu", "auto", "cuda"])
def test_where_no_card_is_named_nothing_is_hidden(device: str) -> None:
    assert environment_of(device, {VISIBLE: "0,1"}) == {}


async def test_what_one_cannot_start_with_is_said_and_nobody_is_left(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="bad"):
        async with open_children(
            ["cpu", "cpu"], orders(tmp_path, "bad"), command=FAKE, closes_within_s=PATIENCE_S
        ):
            pytest.fail("it cannot start")


async def test_one_that_dies_takes_nothing_of_the_others_along(tmp_path: Path) -> None:
    opening = open_children(
        ["cpu", "cpu"], orders(tmp_path), command=FAKE, closes_within_s=PATIENCE_S
    )
    async with (
        opening as crew,
        open_house(crew=crew, painter=FakePainter(), lease=BRISK) as house,
    ):
        poison = await house.studio.submit(ImageRequest(prompt="die"), ALICE)
        foxes = [
            await house.studio.submit(ImageRequest(prompt=f"a fox {number}", steps=20), BOB)
            for number in range(6)
        ]

        for fox in foxes:
            assert len(await soon(fox.pictures())) == 1
        with pytest.raises(PaintingFailed, match="3 times"):
            await soon(poison.pictures())

        job = await house.ledger.job(poison.job.id)
        assert (job.status, job.attempt, job.cost) == (Status.FAILED, 3, 0)
        for fox in foxes:
            assert len(await house.ledger.pictures(fox.job.id)) == 1
        async with asyncio.timeout(PATIENCE_S):
            while any(one.state is not State.READY for one in crew):  # noqa: ASYNC110  # no event
                await asyncio.sleep(0.01)
        assert all(member.taken == 0 for member in crew)


async def test_the_process_of_a_card_sees_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VISIBLE, "4,7")
    opening = open_children(
        ["cuda:0", "cuda:1"], orders(tmp_path), command=FAKE, closes_within_s=PATIENCE_S
    )
    with hearing() as heard:
        async with opening as crew:
            for member in crew:
                await soon(member.painter.paint(recipe("talk"), {}, ignore))

    told = [record.getMessage() for record, _ in heard.saying("sees ")]
    assert told == ["sees 4", "sees 7"]


async def test_all_end_with_their_crew(tmp_path: Path) -> None:
    opening = open_children(
        ["cpu", "cpu"], orders(tmp_path), command=FAKE, closes_within_s=PATIENCE_S
    )
    async with opening as crew:
        painters = [member.painter for member in crew]
        numbers = [one.pid for one in painters if isinstance(one, ChildPainter) and one.pid]

    assert len(numbers) == 2
    for number in numbers:
        with pytest.raises(ProcessLookupError):
            os.kill(number, signal.SIGCONT)
