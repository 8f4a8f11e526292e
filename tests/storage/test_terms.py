"""What the index holds of a picture: people apart, and every time in a few terms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.archive import Archive
from engine.job import Owner
from engine.ports import Ledger
from engine.search import Search
from storage.terms import KEY, key_of, sought, terms_of
from tests.storage.samples import A_FOX, ALICE, BOB, NOON, a_job, painted_job

ONE, OTHER = Owner(id="discord:2835850"), Owner(id="discord:3029405")
"""Two of three million whose keys are the same by chance."""
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = (datetime(2199, 12, 30, tzinfo=UTC) - FIRST).days
MOMENTS = st.timedeltas(timedelta(), timedelta(days=DAYS)).map(lambda age: FIRST + age)


def days_sought(search: Search) -> list[str]:
    [days] = sought(ALICE.id, search)
    return [phrase.words[0] for phrase in days]


def test_a_picture_is_known_by_its_words_its_model_its_seed_and_its_day() -> None:
    terms = terms_of(ALICE.id, replace(A_FOX, prompt="a Fox"), NOON, favourite=True)

    key = key_of(ALICE.id)
    assert len(key) == KEY
    assert terms[:2] == [f"{key}a", f"{key}fox"]
    assert {f"{key}†s7", f"{key}†d20260501", f"{key}†d2026", f"{key}†f"} < set(terms)
    assert all(term.startswith(key) for term in terms)
    assert key_of(BOB.id) != key


def test_what_cannot_be_written_down_has_a_key_too() -> None:
    assert key_of("\ud800") == key_of("\ufffd")


async def test_people_with_the_same_key_do_not_see_each_others_pictures(
    ledger: Ledger, archive: Archive
) -> None:
    await painted_job(ledger, a_job(id="one's", owner=ONE))
    await painted_job(ledger, a_job(id="other's", owner=OTHER))

    page = await archive.page(ONE.id, Search(words="fox"))
    first = await archive.page(OTHER.id, Search(words="fox"), most=1)

    assert key_of(ONE.id) == key_of(OTHER.id)
    assert [picture.job for picture in page] == ["one's"]
    assert [picture.job for picture in first] == ["other's"]
    assert [picture.job for picture in await archive.page(ONE.id, Search(words="fox"), most=1)] == [
        "one's"
    ]


@given(since=MOMENTS, until=MOMENTS, painted=MOMENTS)
def test_whatever_is_painted_in_a_time_has_a_term_of_it(
    since: datetime, until: datetime, painted: datetime
) -> None:
    terms = set(terms_of(ALICE.id, A_FOX, painted, favourite=False))

    found = not terms.isdisjoint(days_sought(Search(since=since, until=until)))

    # By whole days: the moments are looked at afterwards.
    day = timedelta(days=1)
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
    if since <= painted < until:
        assert found
    if painted < midnight or painted >= until + day:
        assert not found


@given(since=MOMENTS, until=MOMENTS)
def test_a_time_is_a_few_terms_however_long_it_is(since: datetime, until: datetime) -> None:
    assert len(days_sought(Search(since=since, until=until))) < 110


def test_a_month_is_one_term() -> None:
    may = Search(since=datetime(2026, 5, 1, tzinfo=UTC), until=datetime(2026, 5, 31, tzinfo=UTC))

    assert days_sought(may) == [f"{key_of(ALICE.id)}†d202605"]
