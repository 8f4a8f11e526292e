"""What somebody may use, and the arithmetic of credits."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.allowance import (
    UNLIMITED,
    Allowance,
    Balance,
    Outcome,
    Reservation,
    Usage,
    day_start,
    require,
)
from engine.errors import InvalidRequest, QuotaExceeded

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MEMBER = Allowance(
    per_day=50,
    per_window=10,
    window=timedelta(hours=1),
    largest_pixels=1024 * 1024,
    most_steps=40,
    most_waiting=3,
)


def asked(
    usage: Usage | None = None,
    *,
    allowance: Allowance = MEMBER,
    price: float = 2.0,
    pixels: int = 512 * 512,
    steps: int = 20,
) -> None:
    used = usage if usage is not None else Usage()
    require(allowance, used, price=price, pixels=pixels, steps=steps, now=NOON)


def test_a_small_picture_is_allowed() -> None:
    asked()


def test_the_last_credit_may_be_used() -> None:
    asked(Usage(today=48, window=8))


def test_unlimited_means_it() -> None:
    asked(
        Usage(today=1e9, window=1e9, waiting=10**9),
        allowance=UNLIMITED,
        price=1e9,
        pixels=10**9,
        steps=150,
    )


def test_a_picture_that_is_too_large_is_refused_with_the_limit_and_a_size() -> None:
    with pytest.raises(InvalidRequest, match=r"4,194,304 pixels.*1,048,576.*Try 1024x1024"):
        asked(pixels=2048 * 2048)


def test_too_many_steps_are_refused_with_the_limit() -> None:
    with pytest.raises(InvalidRequest, match=r"41 steps, and 40 is the most.*--steps 40"):
        asked(steps=41)


@pytest.mark.parametrize(("price", "limit"), [(50.01, "50 for a day"), (10.01, "10 for an hour")])
def test_what_no_waiting_can_pay_is_refused_for_good(price: float, limit: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{price} credits.*{limit}.*fewer"):
        asked(price=price)


def test_too_many_waiting_jobs_are_refused() -> None:
    with pytest.raises(QuotaExceeded, match=r"3 jobs waiting, and 3 is the most.*cancel") as caught:
        asked(Usage(waiting=3))

    assert caught.value.retry_at is None


def test_a_used_up_day_starts_again_at_midnight() -> None:
    with pytest.raises(
        QuotaExceeded, match=r"2.00 credits.*1.50 left of the 50 for today.*02 March at 00:00 UTC"
    ) as caught:
        asked(Usage(today=48.5))

    assert caught.value.retry_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_used_up_window_opens_when_its_oldest_credits_come_back() -> None:
    oldest = NOON - timedelta(minutes=50)

    with pytest.raises(QuotaExceeded, match=r"1.00 left of the 10 for an hour.*12:10") as caught:
        asked(Usage(today=9, window=9, oldest_in_window=oldest))

    assert caught.value.retry_at == NOON + timedelta(minutes=10)


def test_who_used_up_both_waits_for_the_later() -> None:
    with pytest.raises(QuotaExceeded) as caught:
        asked(Usage(today=49, window=9, oldest_in_window=NOON))

    assert caught.value.retry_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_without_the_oldest_the_whole_window_must_pass() -> None:
    with pytest.raises(QuotaExceeded) as caught:
        asked(Usage(window=10))

    assert caught.value.retry_at == NOON + MEMBER.window


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (timedelta(days=1), "a day"),
        (timedelta(days=7), "7 days"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(minutes=90), "90 minutes"),
    ],
)
def test_windows_are_said_as_people_do(window: timedelta, words: str) -> None:
    with pytest.raises(QuotaExceeded, match=f"for {words}"):
        asked(Usage(window=10), allowance=Allowance(per_window=10, window=window))


def test_days_begin_at_midnight_utc_wherever_now_is() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert day_start(datetime(2026, 3, 2, 8, 59, tzinfo=tokyo)) == datetime(2026, 3, 1, tzinfo=UTC)
    assert day_start(datetime(2026, 3, 2, 9, 0, tzinfo=tokyo)) == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_start(NOON.replace(tzinfo=None))


def test_settling_returns_what_was_not_used() -> None:
    balance, held = Balance(free=10).reserve(4)
    assert balance == Balance(free=6, reserved=4)

    balance, held = balance.settle(held, 2.5)

    assert balance == Balance(free=7.5, spent=2.5)
    assert held.outcome is Outcome.SETTLED


def test_nobody_pays_more_than_was_said() -> None:
    balance, held = Balance(free=10).reserve(4)

    balance, _ = balance.settle(held, 9)

    assert balance == Balance(free=6, spent=4)


def test_a_refund_returns_everything() -> None:
    balance, held = Balance(free=10).reserve(4)

    balance, held = balance.refund(held)

    assert balance == Balance(free=10)
    assert held.outcome is Outcome.REFUNDED


def test_the_first_outcome_stands() -> None:
    balance, held = Balance(free=10).reserve(4)
    refunded, gone = balance.refund(held)
    settled, paid = balance.settle(held, 3)

    assert refunded.settle(gone, 3) == refunded.refund(gone) == (refunded, gone)
    assert settled.settle(paid, 1) == settled.refund(paid) == (settled, paid)


def test_nothing_is_reserved_that_is_not_there() -> None:
    with pytest.raises(QuotaExceeded, match=r"4.01 credits, and you have 4.00 left"):
        Balance(free=4).reserve(4.01)


@pytest.mark.parametrize("nonsense", [-1.0, float("nan"), float("inf")])
def test_credits_are_amounts(nonsense: float) -> None:
    with pytest.raises(ValueError, match="no credits"):
        Balance(free=4).reserve(nonsense)


amounts = st.integers(0, 5000).map(lambda cents: cents / 100)


@given(
    free=amounts,
    steps=st.lists(
        st.tuples(st.sampled_from(("reserve", "settle", "refund")), amounts, st.integers(0, 20)),
        max_size=30,
    ),
)
@settings(deadline=None)
def test_credits_are_conserved_and_never_below_zero(
    free: float, steps: list[tuple[str, float, int]]
) -> None:
    balance = Balance(free=free)
    held: list[Reservation] = []

    for step, amount, which in steps:
        index = which % len(held) if held else 0
        match step:
            case "reserve":
                try:
                    balance, new = balance.reserve(amount)
                except QuotaExceeded:
                    assert amount > balance.free
                else:
                    held.append(new)
            case "settle" if held:
                balance, held[index] = balance.settle(held[index], amount)
            case "refund" if held:
                balance, held[index] = balance.refund(held[index])

        assert round(balance.free + balance.reserved + balance.spent, 2) == free
        assert min(balance.free, balance.reserved, balance.spent) >= 0
        still = sum(one.price for one in held if one.outcome is Outcome.RESERVED)
        assert balance.reserved == round(still, 2)


@given(today=amounts, window=amounts, price=amounts)
@settings(deadline=None)
def test_what_is_allowed_stays_within_every_limit(
    today: float, window: float, price: float
) -> None:
    refused = ""

    try:
        asked(Usage(today=today, window=window), price=price)
    except (QuotaExceeded, InvalidRequest) as error:
        refused = str(error)

    exceeds = round(today + price, 2) > 50 or round(window + price, 2) > 10
    assert refused.endswith("." if exceeds else "")
    assert bool(refused) == exceeds
