"""The promises: each that is broken is found in books that were made up."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.job import Status
from tests.soak.books import BookedEntry, BookedJob, BookedPicture, Books
from tests.soak.promises import broken, restless, too_many_pictures
from tests.soak.watch import is_whole

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


TODAY = date(2026, 11, 21)


FOX = BookedJob(
    id="fox",
    key="discord:1",
    owner="discord:2001",
    status=Status.DONE,
    attempt=1,
    lease=None,
    tiles=1,
    spent=0.5,
    problem="",
    reply="{1}",
)


HEN = replace(FOX, id="hen", key=None, status=Status.PAINTING, lease=NOW, spent=0.0, reply="")


def entry(job: str, kind: str, cents: int, *, granted: bool = False) -> BookedEntry:
    return BookedEntry(
        job=job, owner="discord:2001", kind=kind, cents=cents, day=TODAY, granted=granted
    )


PAID = (entry("fox", "reserve", 80), entry("fox", "settle", 50), entry("fox", "refund", 30))


HELD = (entry("hen", "reserve", 40),)


BOOKS = Books(
    at=NOW,
    jobs={"fox": FOX, "hen": HEN},
    entries=(*PAID, *HELD),
    pictures=(),
    undelivered=frozenset(),
    told=frozenset({"fox"}),
    used={"discord:2001": (TODAY, 90)},
)


AT_REST = replace(BOOKS, jobs={"fox": FOX}, entries=PAID, used={"discord:2001": (TODAY, 50)})


def with_fox(**changes: Any) -> Books:
    return replace(BOOKS, jobs={"fox": replace(FOX, **changes), "hen": HEN})


def with_hen(**changes: Any) -> Books:
    return replace(BOOKS, jobs={"fox": FOX, "hen": replace(HEN, **changes)})


def with_entries(*entries: BookedEntry) -> Books:
    return replace(BOOKS, entries=entries)


def complaint(books: Books, *, awake: bool = True) -> str:
    [found] = broken(books, {"fox": "the page"}, awake=awake)
    return found


def test_books_that_are_right_are_complained_of_by_nobody() -> None:
    assert not list(broken(BOOKS, {"fox": "the page", "hen": "Discord"}, awake=True))
    assert not list(restless(AT_REST))


@pytest.mark.mutant(26)
def test_a_job_that_was_promised_and_is_not_there_is_lost() -> None:
    [found] = broken(BOOKS, {"cow": "/v1/jobs"}, awake=True)

    assert found == "job cow was promised by /v1/jobs and is lost"


def test_a_lease_that_nobody_takes_up_is_found_where_somebody_could_have() -> None:
    late = with_hen(lease=NOW - timedelta(seconds=32))

    assert "lease of job hen ended 32 s ago" in complaint(late)
    assert not list(broken(late, {}, awake=False))
    assert not list(broken(with_hen(lease=NOW - timedelta(seconds=30)), {}, awake=True))


@pytest.mark.mutant(26)
def test_two_jobs_of_one_interaction_are_found() -> None:
    assert "2 jobs answer the same" in complaint(with_hen(reply="{1}"))


def test_a_job_that_was_begun_too_often_is_found() -> None:
    assert "begun 4 times" in complaint(with_fox(attempt=4))


@pytest.mark.parametrize(
    ("books", "words"),
    [
        (with_entries(*PAID[:2], *HELD), "of job fox, done, moved by"),
        (with_entries(*PAID, PAID[1], *HELD), "of job fox, done, moved by"),
        (with_entries(*PAID), "of job hen, painting, moved by"),
        (with_entries(*PAID, *HELD, entry("hen", "settle", 1)), "of job hen, painting, moved by"),
        (with_entries(*PAID, *HELD, entry("cow", "reserve", 1)), "job cow, which there is not"),
        (
            with_entries(PAID[0], PAID[1], entry("fox", "refund", 29), *HELD),
            "of job fox do not add up",
        ),
        (
            with_entries(PAID[0], entry("fox", "settle", 90), entry("fox", "refund", -10), *HELD),
            "of job fox are less than none",
        ),
        (with_fox(spent=0.4), "cost 0.4 and was charged 50"),
        (with_fox(status=Status.FAILED), "job fox failed and was charged 50"),
    ],
)
def test_credits_that_moved_wrongly_are_found(books: Books, words: str) -> None:
    assert any(words in found for found in broken(books, {}, awake=True))


def test_whoever_is_blocked_pays_for_what_was_painted_by_then() -> None:
    blocked = json.dumps({"sentence": "You are blocked until {why}.", "values": {"why": "a soak"}})

    assert not list(broken(with_fox(status=Status.FAILED, problem=blocked), {}, awake=True))


@pytest.mark.parametrize(
    ("books", "words"),
    [
        (replace(AT_REST, jobs={"fox": FOX, "hen": HEN}), "job hen is painting for ever"),
        (replace(AT_REST, told=frozenset()), "nobody is told any more of job fox"),
        (replace(AT_REST, used={"discord:2001": (TODAY, 51)}), "lacks 51 for 50"),
        (
            replace(AT_REST, entries=(entry("fox", "reserve", 80, granted=True), *PAID[1:])),
            "lacks 50 for 0",
        ),
    ],
)
def test_what_may_not_be_so_at_rest_is_found(books: Books, words: str) -> None:
    [found] = restless(books)

    assert words in found


def test_only_pictures_that_are_no_favourites_can_be_too_many() -> None:
    pictures = [
        BookedPicture(number=number, job="fox", owner="local", file="0", favourite=number == 1)
        for number in range(4)
    ]
    books = replace(BOOKS, pictures=pictures)

    assert not list(too_many_pictures(books, 3))
    assert list(too_many_pictures(books, 2)) == ["3 pictures of local are kept, not 2"]


def test_a_picture_is_whole_where_its_file_is_what_it_is_called(tmp_path: Path) -> None:
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    picture = BookedPicture(number=1, job="fox", owner="local", file=digest, favourite=False)
    file = tmp_path / "2c" / "26" / digest
    file.parent.mkdir(parents=True)

    there = []
    for content in (b"foo", b"fo"):
        file.write_bytes(content)
        there.append(is_whole(tmp_path, picture))

    assert there == [True, False]
    assert not is_whole(tmp_path / "elsewhere", picture)
