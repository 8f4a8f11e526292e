"""How far one's own job is, and how it is stopped, by A1111's own client."""

import asyncio
from base64 import b64decode
from typing import Literal

import pytest

from engine.job import Progress
from engine.key import own_person
from tests.bot.web.a1111.conftest import Open, Theirs
from tests.bot.web.conftest import Client, House, Visit
from tests.engine.house import until
from tests.fakes import a_png

KEPT = {"steps": 4, "width": 64, "height": 64}


class OpensOnce(asyncio.Event):
    """A gate that lets one picture through."""

    async def wait(self) -> Literal[True]:
        if not self.is_set():
            self.set()
            return True
        return await asyncio.Event().wait()


def begun(house: House, tiles: int = 1) -> bool:
    return len(house.painter.painting) >= tiles


async def test_with_nothing_to_do_there_is_nothing_to_tell(theirs: Theirs) -> None:
    told = await theirs("get_progress")

    assert (told["progress"], told["state"]["job_count"]) == (0, 0)
    assert told["current_image"] is None
    await theirs("util_wait_for_ready")


async def test_while_it_is_painted_steps_and_the_newest_preview_are_told(
    theirs: Theirs, house: House
) -> None:
    asking = asyncio.create_task(theirs("txt2img", prompt="a fox", **KEPT))
    await until(lambda: begun(house))
    [job] = house.line.jobs
    ticket = house.studio.ticket(job)
    assert ticket is not None
    preview = a_png(8, 8, "blue")
    ticket.tell(Progress(job=job, tile=0, step=2, steps=4, preview=preview))

    told = await theirs("get_progress")
    without = await theirs("custom_get", "progress?skip_current_image=true", baseurl=True)

    house.painter.gate.set()
    await asking
    assert told["progress"] == 0.5
    assert (told["state"]["sampling_step"], told["state"]["sampling_steps"]) == (2, 4)
    assert (told["state"]["job"], told["state"]["job_count"]) == (f"task({job})", 1)
    assert told["eta_relative"] >= 0
    assert b64decode(told["current_image"]) == preview
    assert without["current_image"] is None


async def test_in_line_it_says_how_many_are_ahead(opened: Open, house: House) -> None:
    hers, his = await opened("hers"), await opened("his")
    first = asyncio.create_task(hers("txt2img", prompt="a fox", batch_size=2, **KEPT))
    await until(lambda: begun(house, 2))
    second = asyncio.create_task(his("txt2img", prompt="an owl", **KEPT))
    await until(lambda: len(house.line.jobs) == 2)

    told = await his("get_progress")

    house.painter.gate.set()
    await asyncio.gather(first, second)
    assert told["progress"] == 0
    assert told["state"]["job_count"] == 1
    assert told["textinfo"] == "In line: 0 ahead."


@pytest.mark.parametrize("stop", ["interrupt", "skip"])
async def test_an_interrupt_ends_ones_own_job_without_an_error(
    theirs: Theirs, house: House, stop: str
) -> None:
    asking = asyncio.create_task(theirs("txt2img", prompt="a fox", **KEPT))
    await until(lambda: begun(house))

    answer = await theirs(stop)

    result = await asking
    assert answer == ({} if stop == "interrupt" else None)
    assert result.images == []
    assert not house.line.jobs


async def test_an_interrupt_answers_what_is_done_by_then(theirs: Theirs, house: House) -> None:
    house.painter.gate = OpensOnce()
    asking = asyncio.create_task(theirs("txt2img", prompt="a fox", batch_size=3, **KEPT))
    await until(lambda: len(house.painter.painting) == 3 and len(house.painter.painted) == 1)

    await theirs("interrupt")

    result = await asking
    [job] = {picture.job for picture in await house.app.gallery.page(own_person("tests"))}
    assert [picture.size for picture in result.images] == [(64, 64)]
    assert len(result.info["infotexts"]) == 1
    assert (await house.ledger.job(job)).status == "cancelled"


async def test_nobody_interrupts_another(opened: Open, house: House) -> None:
    hers, his = await opened("hers"), await opened("his")
    asking = asyncio.create_task(hers("txt2img", prompt="a fox", **KEPT))
    await until(lambda: begun(house))

    await his("interrupt")
    told = await his("get_progress")

    house.painter.gate.set()
    assert len((await asking).images) == 1
    assert told["state"]["job_count"] == 0


async def test_only_the_first_of_several_is_interrupted(theirs: Theirs, house: House) -> None:
    first = asyncio.create_task(theirs("txt2img", prompt="a fox", batch_size=2, **KEPT))
    await until(lambda: begun(house, 2))
    second = asyncio.create_task(theirs("txt2img", prompt="an owl", **KEPT))
    await until(lambda: len(house.line.jobs) == 2)

    await theirs("interrupt")

    house.painter.gate.set()
    assert ((await first).images, len((await second).images)) == ([], 1)


async def test_what_is_withdrawn_elsewhere_is_told_as_that(
    caller: Client, house: House, visit: Visit
) -> None:
    asking = asyncio.create_task(caller.post("/sdapi/v1/txt2img", json={"prompt": "a fox"}))
    await until(lambda: begun(house))
    [job] = house.line.jobs

    withdrawn = await caller.delete(f"/v1/jobs/{job}")

    answer = await asking
    assert (withdrawn.status, answer.status) == (200, 409)
    assert (await answer.json())["detail"]
