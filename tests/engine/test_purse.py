"""What a person took of an allowance, and when it is back."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.allowance import UNLIMITED, Allowance
from engine.errors import InvalidRequest, QuotaExceeded, Rejected
from engine.purse import NEW, Purse, named

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
DAILY = Allowance(per_day=50)
HOURLY = Allowance(per_window=10, window=timedelta(hours=1))


def test_the_last_credit_may_be_used() -> None:
    purse = NEW.take(4999, DAILY, NOON).take(1, DAILY, NOON)

    assert (purse.used, purse.day, purse.left(DAILY)) == (5000, NOON.date(), 0)


def test_what_is_not_there_is_refused_with_its_price_what_is_left_and_when_it_is_back() -> None:
    purse = NEW.take(4850, DAILY, NOON)

    with pytest.raises(
        QuotaExceeded,
        match=r"^That costs 2\.00 credits, and you have 1\.50 left\. Enough is back on "
        r"02 March at 00:00 UTC; until then, ask for something smaller\.$",
    ) as refused:
        purse.take(200, DAILY, NOON)

    assert refused.value.retry_at == MIDNIGHT


def test_a_used_up_day_starts_again_at_midnight_utc() -> None:
    purse = NEW.take(5000, DAILY, NOON)
    tokyo = timezone(timedelta(hours=9))

    with pytest.raises(QuotaExceeded):
        purse.take(1, DAILY, MIDNIGHT.astimezone(tokyo) - timedelta(seconds=1))

    assert purse.take(5000, DAILY, MIDNIGHT.astimezone(tokyo)).day == MIDNIGHT.date()


def test_a_window_flows_back_evenly() -> None:
    purse = NEW.take(1000, HOURLY, NOON)

    later = purse.at_time(HOURLY, NOON + timedelta(minutes=30))

    assert later.left(HOURLY) == 500
    assert later.at_time(HOURLY, NOON + timedelta(hours=5)).left(HOURLY) == 1000


def test_a_used_up_window_says_when_enough_is_back() -> None:
    purse = NEW.take(900, HOURLY, NOON)

    with pytest.raises(QuotaExceeded, match=r"1\.00 left.*01 March at 12:07 UTC") as refused:
        purse.take(200, HOURLY, NOON)

    assert refused.value.retry_at == NOON + timedelta(minutes=6, seconds=1)


def test_a_burst_is_what_can_be_taken_at_once() -> None:
    allowance = Allowance(per_window=10, burst=3)

    purse = NEW.take(300, allowance, NOON)

    assert purse.left(allowance) == 0
    assert purse.at_time(allowance, NOON + timedelta(minutes=18)).left(allowance) == 300
    assert NEW.left(Allowance(per_window=10, burst=30)) == 3000


def test_who_used_up_both_waits_for_the_later() -> None:
    both = Allowance(per_day=50, per_window=10)
    purse = Purse(day=NOON.date(), used=4950, level=1000, at=NOON.timestamp())

    with pytest.raises(QuotaExceeded) as refused:
        purse.take(100, both, NOON)

    assert refused.value.retry_at == MIDNIGHT


@pytest.mark.parametrize(
    ("allowance", "sentence"),
    [
        (DAILY, r"60\.00 credits, and you have 50 for a day\. Ask for fewer"),
        (HOURLY, r"60\.00 credits, and you have 10 for an hour"),
        (Allowance(per_window=100, burst=20), r"you have 20 for one go"),
        (Allowance(per_window=0, burst=90), r"you have 0 for one go"),
        (Allowance(per_day=0), r"you have 0 for a day"),
    ],
)
def test_what_no_waiting_pays_is_refused_for_good(allowance: Allowance, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        NEW.take(6000, allowance, NOON)


def test_what_is_free_is_always_to_be_had() -> None:
    over = Purse(day=NOON.date(), used=9999, level=9999, at=NOON.timestamp())

    assert over.take(0, DAILY, NOON).used == 9999
    assert NEW.take(0, Allowance(per_day=0, per_window=0), NOON).used == 0


def test_without_limits_everything_is_there() -> None:
    purse = NEW.take(10**11, UNLIMITED, NOON).take(10**11, UNLIMITED, NOON)

    assert purse.left(UNLIMITED) is None
    assert purse.used == 2 * 10**11


def test_what_is_granted_beside_is_spoken_of() -> None:
    purse = NEW.take(4500, DAILY, NOON)

    assert (
        "you have 5.00 left of your allowance and 4.00 of what was granted; one of them must pay"
    ) in str(purse.refusal(800, DAILY, NOON, granted=400))
    assert "50 for a day and 4.00 of what was granted" in str(
        purse.refusal(8000, DAILY, NOON, granted=400)
    )


def test_a_refund_goes_back_into_its_day_and_into_the_window() -> None:
    both = Allowance(per_day=50, per_window=10)
    purse = NEW.take(600, both, NOON)

    purse = purse.give_back(250, NOON.date())

    assert (purse.used, purse.level) == (350, 350.0)


def test_a_refund_of_yesterday_makes_no_room_today() -> None:
    yesterday = NEW.take(600, DAILY, NOON)
    today = yesterday.take(100, DAILY, MIDNIGHT)

    assert today.give_back(600, NOON.date()).used == 100


def test_a_clock_that_goes_a_little_back_changes_nothing() -> None:
    both = Allowance(per_day=50, per_window=10)
    after_midnight = NEW.take(1000, both, MIDNIGHT + timedelta(minutes=10))

    before = after_midnight.at_time(both, MIDNIGHT - timedelta(minutes=10))

    assert before == after_midnight
    assert after_midnight.at_time(both, MIDNIGHT + timedelta(minutes=40)).left(both) == 500


def test_a_clock_that_was_far_ahead_once_is_forgotten_by_tomorrow() -> None:
    both = Allowance(per_day=50, per_window=10)
    wrong = NEW.take(1000, both, NOON + timedelta(days=3000))

    right = wrong.at_time(both, NOON)

    assert (right.day, right.used, right.level, right.at) == (
        NOON.date(),
        1000,
        1000.0,
        NOON.timestamp(),
    )
    assert right.at_time(both, NOON + timedelta(days=1)).left(both) == 1000


def test_who_had_more_before_lacks_no_more_than_a_burst() -> None:
    purse = NEW.take(10**8, Allowance(per_window=10**6), NOON)

    assert purse.at_time(HOURLY, NOON).level == 1000
    assert purse.at_time(HOURLY, NOON + timedelta(hours=1)).left(HOURLY) == 1000


def test_even_the_slowest_flow_has_a_date() -> None:
    slowest = Allowance(per_window=0.01, window=timedelta(days=366), burst=10**9)
    purse = NEW.take(10**11, slowest, NOON)

    with pytest.raises(QuotaExceeded, match=r"Enough is back on 16 May 2126") as refused:
        purse.take(10**11, slowest, NOON)

    assert refused.value.retry_at is not None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Zoë 🦊", "Zoë 🦊"),
        ("a\x00b\ud800c\nd\u202ee", "abcde"),
        ("x" * 500, "x" * 100),
        ("\x00", ""),
    ],
)
def test_a_name_is_kept_as_far_as_it_can_be_written(name: str, kept: str) -> None:
    assert named(name) == kept


cents = st.integers(0, 5000)
limits = st.builds(
    Allowance,
    per_day=st.none() | st.integers(0, 5000).map(lambda cents: cents / 100),
    per_window=st.none() | st.integers(0, 5000).map(lambda cents: cents / 100),
    burst=st.none() | st.integers(0, 5000).map(lambda cents: cents / 100),
    window=st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(days=30)]),
)


@given(allowance=limits, taken=cents, wanted=cents, pause=st.integers(0, 200_000))
def test_what_is_refused_is_granted_when_it_said(
    allowance: Allowance, taken: int, wanted: int, pause: int
) -> None:
    now = NOON + timedelta(seconds=pause)
    refused: Rejected | None = None
    try:
        purse = NEW.take(taken, allowance, NOON)
        purse.take(wanted, allowance, now)
    except Rejected as error:
        refused = error

    if isinstance(refused, InvalidRequest):
        ever = [most for most in (allowance.day_cents, allowance.burst_cents) if most is not None]
        assert max(taken, wanted) > min(ever)
    elif isinstance(refused, QuotaExceeded):
        assert refused.retry_at is not None
        assert refused.retry_at > now
        purse.take(wanted, allowance, refused.retry_at)


@given(
    allowance=limits,
    moves=st.lists(st.tuples(cents, st.integers(0, 100_000), st.integers(0, 30)), max_size=40),
)
def test_nobody_gets_more_than_a_burst_and_what_flowed(
    allowance: Allowance, moves: list[tuple[int, int, int]]
) -> None:
    purse, now = NEW, NOON
    held: list[tuple[int, date]] = []
    kept = 0
    by_day: dict[date, int] = {}

    for amount, seconds, which in moves:
        now += timedelta(seconds=seconds)
        if held and which % 3 == 0:
            back, day = held.pop(which % len(held))
            purse = purse.give_back(back, day)
            kept, by_day[day] = kept - back, by_day[day] - back
            continue
        try:
            purse = purse.take(amount, allowance, now)
        except Rejected:
            continue
        held.append((amount, purse.day))
        kept, by_day[purse.day] = kept + amount, by_day.get(purse.day, 0) + amount

        if allowance.burst_cents is not None:
            flowed = (now - NOON).total_seconds() * allowance.flow
            assert kept <= allowance.burst_cents + flowed + 0.01
        if allowance.day_cents is not None:
            assert max(by_day.values()) <= allowance.day_cents
        assert purse.used == by_day[purse.day]
        assert purse.level >= 0
