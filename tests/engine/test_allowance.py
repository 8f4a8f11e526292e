"""What somebody may use: the limits, and credits as people read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.allowance import (
    UNLIMITED,
    Allowance,
    cents_of,
    moment,
    require_payable,
    require_possible,
    require_unblocked,
    said,
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
    *,
    allowance: Allowance = MEMBER,
    pixels: int = 512 * 512,
    steps: int = 20,
    waiting: int = 0,
) -> None:
    require_possible(allowance, pixels=pixels, steps=steps, waiting=waiting)


def test_a_small_picture_is_allowed() -> None:
    asked()


def test_unlimited_means_it() -> None:
    asked(allowance=UNLIMITED, pixels=10**9, steps=150, waiting=10**9)
    require_payable(10**11, UNLIMITED)


def test_a_picture_that_is_too_large_is_refused_with_the_limit_and_a_size() -> None:
    with pytest.raises(InvalidRequest, match=r"4,194,304 pixels.*1,048,576.*Try 1024x1024"):
        asked(pixels=2048 * 2048)


def test_too_many_steps_are_refused_with_the_limit() -> None:
    with pytest.raises(InvalidRequest, match=r"41 steps, and 40 is the most.*--steps 40"):
        asked(steps=41)


def test_too_many_waiting_jobs_are_refused() -> None:
    with pytest.raises(QuotaExceeded, match=r"3 jobs waiting, and 3 is the most.*cancel") as caught:
        asked(waiting=3)

    assert caught.value.retry_at is None


@pytest.mark.parametrize(
    ("cents", "limit"), [(5001, r"50\.01 credits.*50 for a day"), (1001, r"10\.01.*10 for an hour")]
)
def test_what_no_waiting_can_pay_is_refused_for_good(cents: int, limit: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{limit}.*fewer"):
        require_payable(cents, MEMBER)


def test_what_a_day_holds_can_be_paid() -> None:
    require_payable(1000, MEMBER)
    require_payable(5000, Allowance(per_day=50))


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
    with pytest.raises(InvalidRequest, match=f"for {words}"):
        require_payable(1001, Allowance(per_window=10, window=window))


def test_a_window_flows_back_in_its_time() -> None:
    assert Allowance(per_window=36, window=timedelta(hours=1)).flow == 1.0
    assert UNLIMITED.flow == 0.0


def test_a_burst_is_the_whole_window_unless_it_is_said() -> None:
    assert Allowance(per_window=10).burst_cents == 1000
    assert Allowance(per_window=10, burst=2.5).burst_cents == 250
    assert Allowance(burst=2.5).burst_cents is None


@pytest.mark.parametrize("nothing", [0, 0.001])
def test_where_nothing_flows_back_there_is_no_burst(nothing: float) -> None:
    assert Allowance(per_window=nothing, burst=90).burst_cents == 0


@pytest.mark.parametrize("nonsense", [-0.01, float("nan"), float("inf"), 1e9 + 1, 1e300])
def test_credits_are_amounts(nonsense: float) -> None:
    with pytest.raises(InvalidRequest, match="no amount of credits"):
        cents_of(nonsense)
    with pytest.raises(InvalidRequest, match="no amount of credits"):
        Allowance(per_day=nonsense)


def test_credits_are_counted_in_cents() -> None:
    assert [cents_of(credits) for credits in (0.1 + 0.2, 1e9, 0, 0.004)] == [30, 10**11, 0, 0]
    assert [said(cents) for cents in (100, 250, 1)] == ["1 credit", "2.50 credits", "0.01 credits"]


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"window": timedelta(0)}, "A window of"),
        ({"window": timedelta(days=400)}, "400 days cannot be kept"),
        ({"most_steps": 0}, "at least 1 must be allowed"),
        ({"most_waiting": 0}, "blocked instead"),
        ({"most_running": -4}, "blocked instead"),
        ({"largest_pixels": 4095}, "64x64"),
        ({"weight": 0.0}, "0 is no weight"),
        ({"weight": float("nan")}, "nan is no weight"),
    ],
)
def test_an_allowance_is_valid_or_is_none(terms: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        Allowance(**terms)  # type: ignore[arg-type]  # each is of the type of its field


def test_a_block_says_why_and_until_when() -> None:
    with pytest.raises(
        QuotaExceeded, match=r"^You are blocked until 02 March at 00:00 UTC: spam\.$"
    ) as caught:
        require_unblocked("spam.", NOON + timedelta(hours=12), NOON)

    assert caught.value.retry_at == NOON + timedelta(hours=12)


def test_a_block_without_an_end_is_a_moderators() -> None:
    with pytest.raises(QuotaExceeded, match=r"^You are blocked until a moderator changes that\.$"):
        require_unblocked(" ", None, NOON)


def test_a_block_that_is_over_blocks_nobody() -> None:
    require_unblocked("spam", NOON, NOON)


def test_a_moment_is_said_in_utc_and_never_too_early() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert moment(datetime(2026, 3, 2, 9, 0, 1, tzinfo=tokyo), NOON) == "02 March at 00:01 UTC"
    assert moment(NOON + timedelta(days=365), NOON) == "01 March 2027 at 12:00 UTC"
