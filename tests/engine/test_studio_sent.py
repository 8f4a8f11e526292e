"""The same key is the same job as long as the same was sent, whatever was chosen in between."""

from dataclasses import replace

import pytest

from engine.choices import Chosen
from engine.errors import InvalidRequest
from engine.job import Job, Status
from engine.preferences import Preferences
from engine.request import ImageRequest
from engine.sent import digest_of, sent_of
from engine.server import ServerSettings
from storage.memory import MemoryLedger
from tests.engine.house import open_house
from tests.storage.samples import ALICE

A_FOX = ImageRequest(prompt="a fox")


class Own:
    """What somebody chose, which they change."""

    chosen = Chosen()

    async def __call__(self, owner: str | None, server: str | None) -> Chosen:
        return self.chosen


class OfBefore(MemoryLedger):
    """Recorded by an Easel that did not keep what was sent."""

    async def seen(self, owner: str, key: str) -> Job | None:
        job = await super().seen(owner, key)
        return job and replace(job, sent=None)


async def test_asking_again_after_choosing_something_else_is_asking_once() -> None:
    own = Own()
    async with open_house(working=False, chosen=own) as house:
        own.chosen = Chosen(person=Preferences(steps=5))
        first = await house.studio.submit(A_FOX, ALICE, key="click")

        own.chosen = Chosen(person=Preferences(steps=7, count=3))
        again = await house.studio.submit(A_FOX, ALICE, key="click")

        assert again.job.id == first.job.id
        assert again.job.request.steps == 5
        assert len(house.line.jobs) == 1


async def test_saying_what_was_chosen_before_is_another_request() -> None:
    own = Own()
    own.chosen = Chosen(person=Preferences(steps=5))
    async with open_house(working=False, chosen=own) as house:
        await house.studio.submit(A_FOX, ALICE, key="click")

        with pytest.raises(InvalidRequest, match="another request"):
            await house.studio.submit(ImageRequest(prompt="a fox", steps=5), ALICE, key="click")


class Late(MemoryLedger):
    """Another program recorded the key a moment ago, and only the recording shows it."""

    async def seen(self, owner: str, key: str) -> Job | None:
        return None


async def test_asking_twice_at_once_through_two_programs_is_asking_once() -> None:
    own = Own()
    async with open_house(working=False, ledger=Late(), chosen=own) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click")

        own.chosen = Chosen(person=Preferences(steps=7))
        again = await house.studio.submit(A_FOX, ALICE, key="click")

        assert again.job.id == first.job.id


async def test_what_was_sent_beside_the_request_counts_instead() -> None:
    async with open_house(working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click", sent="this")
        larger = A_FOX.model_copy(update={"width": 128, "height": 128})

        again = await house.studio.submit(larger, ALICE, key="click", sent="this")

        assert again.job.id == first.job.id
        with pytest.raises(InvalidRequest, match="another request"):
            await house.studio.submit(A_FOX, ALICE, key="click", sent="that")


async def test_asking_again_for_what_cannot_be_had_any_more_is_asking_once() -> None:
    own = Own()
    async with open_house(chosen=own) as house:
        house.painter.gate.set()
        first = await house.studio.submit(A_FOX, ALICE, key="click")
        await first.pictures()

        own.chosen = Chosen(settings=ServerSettings(models=("gone",)))
        again = await house.studio.submit(A_FOX, ALICE, key="click")

        assert again.job.id == first.job.id
        assert again.job.status == Status.DONE


async def test_a_job_that_does_not_know_what_was_sent_is_compared_by_what_it_became() -> None:
    async with open_house(ledger=OfBefore(), working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click")

        again = await house.studio.submit(A_FOX, ALICE, key="click")

        assert again.job.id == first.job.id
        with pytest.raises(InvalidRequest, match="another request"):
            await house.studio.submit(ImageRequest(prompt="a hare"), ALICE, key="click")


def test_what_was_said_counts_and_not_its_order() -> None:
    one, other = {"a": 1, "b": {"c": 2, "d": [3]}}, {"b": {"d": [3], "c": 2}, "a": 1}

    assert digest_of(one) == digest_of(other)
    assert digest_of(one) != digest_of({**one, "b": {"c": 2, "d": [4]}})


@pytest.mark.parametrize(("one", "other"), [(b"x", b"y"), ("x" * 5000, "x" * 4999 + "y")])
def test_pictures_count_too(one: object, other: object) -> None:
    assert digest_of({"image": one}) != digest_of({"image": other})
    assert digest_of({"image": one}) == digest_of({"image": one})


def test_a_default_that_is_said_is_not_one_that_is_left_out() -> None:
    assert sent_of(ImageRequest(prompt="a fox", count=1)) != sent_of(A_FOX)
