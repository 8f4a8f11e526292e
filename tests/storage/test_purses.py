"""What jobs take from purses and grants, in every ledger alike."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from engine.accounts import Accounts, Act, Entry
from engine.allowance import Allowance
from engine.errors import InvalidRequest, QuotaExceeded
from engine.job import Job, Owner, Status
from engine.ports import Ledger
from engine.purse import Kind
from tests.storage.samples import ALICE, BOB, LATER, NOON, a_job, pictures_of

DAILY = Allowance(per_day=10)
HOURLY = Allowance(per_window=10)
MODERATOR = Act(who="local", at=NOON, why="a gift")
TOMORROW = NOON + timedelta(days=1)


async def recorded(
    ledger: Ledger, job: Job, allowance: Allowance = DAILY, *, later: timedelta = timedelta(0)
) -> Job:
    return await ledger.record(job, allowance, NOON + later)


async def cancelled(ledger: Ledger, job: str, *, spent: float = 0.0) -> None:
    await ledger.end(job, Status.CANCELLED, "", now=LATER, spent=spent)


def movements(entries: Sequence[Entry]) -> list[tuple[Kind, float]]:
    """Oldest first."""
    return [(entry.kind, entry.credits) for entry in reversed(entries)]


async def test_a_job_puts_its_price_aside(ledger: Ledger, accounts: Accounts) -> None:
    await recorded(ledger, a_job(price=8.0))

    standing = await accounts.standing(ALICE.id, NOON)
    assert (standing.purse.used, standing.held) == (800, 8.0)
    assert movements(await accounts.entries(ALICE.id)) == [(Kind.RESERVE, 8.0)]


async def test_what_is_not_there_is_refused_and_leaves_no_trace(
    ledger: Ledger, accounts: Accounts
) -> None:
    await recorded(ledger, a_job(id="first", price=8.5))

    with pytest.raises(QuotaExceeded, match=r"costs 2\.00 credits, and you have 1\.50") as refused:
        await recorded(ledger, a_job(id="second", price=2.0))

    assert refused.value.retry_at == NOON.replace(day=2, hour=0)
    assert [job.id for job in await ledger.unfinished()] == ["first"]
    assert len(await accounts.entries(ALICE.id)) == 1


async def test_somebody_refused_at_once_is_not_even_known(
    ledger: Ledger, accounts: Accounts
) -> None:
    with pytest.raises(InvalidRequest, match="10 for a day"):
        await recorded(ledger, a_job(price=11.0))

    assert not (await accounts.standing(ALICE.id, NOON)).known


async def test_a_finished_job_pays_what_it_took(ledger: Ledger, accounts: Accounts) -> None:
    job = await recorded(ledger, a_job(price=8.0))
    begun = await ledger.begin(job.id, "painter", LATER)

    await ledger.finish(job.id, begun.attempt, pictures_of(job, seconds=1.25), LATER)

    standing = await accounts.standing(ALICE.id, LATER)
    assert (standing.purse.used, standing.held) == (125, 0.0)
    assert movements(await accounts.entries(ALICE.id)) == [
        (Kind.RESERVE, 8.0),
        (Kind.SETTLE, 1.25),
        (Kind.REFUND, 6.75),
    ]


async def test_nobody_pays_more_than_was_said(ledger: Ledger, accounts: Accounts) -> None:
    job = await recorded(ledger, a_job(price=2.0))
    begun = await ledger.begin(job.id, "painter", LATER)

    await ledger.finish(job.id, begun.attempt, pictures_of(job, seconds=99.0), LATER)

    assert (await accounts.standing(ALICE.id, LATER)).purse.used == 200
    assert movements(await accounts.entries(ALICE.id))[1:] == [(Kind.SETTLE, 2.0), (Kind.REFUND, 0)]


async def test_a_cancelled_job_pays_what_was_painted(ledger: Ledger, accounts: Accounts) -> None:
    await recorded(ledger, a_job(price=8.0))

    await cancelled(ledger, "fox", spent=3.0)
    await cancelled(ledger, "fox", spent=5.0)

    assert (await accounts.standing(ALICE.id, LATER)).purse.used == 300
    assert movements(await accounts.entries(ALICE.id))[1:] == [(Kind.SETTLE, 3.0), (Kind.REFUND, 5)]


async def test_the_same_key_again_takes_nothing(ledger: Ledger, accounts: Accounts) -> None:
    await recorded(ledger, a_job(id="first", key="k", price=8.0))

    again = await recorded(ledger, a_job(id="second", key="k", price=8.0))

    assert again.id == "first"
    assert (await accounts.standing(ALICE.id, NOON)).purse.used == 800


async def test_purses_are_nobody_elses(ledger: Ledger) -> None:
    await recorded(ledger, a_job(id="first", price=10.0))

    await recorded(ledger, a_job(id="second", owner=BOB, price=10.0))


async def test_hurried_askers_share_one_purse(ledger: Ledger, accounts: Accounts) -> None:
    jobs = [a_job(id=f"fox {number}", price=3.0) for number in range(8)]

    outcomes = await asyncio.gather(
        *(recorded(ledger, job) for job in jobs), return_exceptions=True
    )

    assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 5
    assert (await accounts.standing(ALICE.id, NOON)).purse.used == 900


async def test_a_window_flows_back(ledger: Ledger) -> None:
    await recorded(ledger, a_job(id="first", price=10.0), HOURLY)

    with pytest.raises(QuotaExceeded, match="back on 01 May at 12:31 UTC"):
        await recorded(ledger, a_job(id="second", price=5.0), HOURLY)
    await recorded(ledger, a_job(id="third", price=5.0), HOURLY, later=timedelta(minutes=30))


async def test_a_refund_of_yesterday_makes_no_room_today(
    ledger: Ledger, accounts: Accounts
) -> None:
    await recorded(ledger, a_job(id="yesterday", price=8.0))
    await recorded(ledger, a_job(id="today", price=6.0), later=timedelta(days=1))

    await cancelled(ledger, "yesterday")

    assert (await accounts.standing(ALICE.id, TOMORROW)).purse.used == 600


async def test_what_is_free_is_painted_whatever_is_left(ledger: Ledger) -> None:
    await recorded(ledger, a_job(id="first", price=10.0))

    await recorded(ledger, a_job(id="again", price=0.0))

    await cancelled(ledger, "again")


async def test_a_grant_pays_where_the_day_does_not(ledger: Ledger, accounts: Accounts) -> None:
    await recorded(ledger, a_job(id="first", price=5.0))
    await accounts.grant(ALICE.id, 10, MODERATOR)

    await recorded(ledger, a_job(id="second", price=8.0))

    standing = await accounts.standing(ALICE.id, NOON)
    assert (standing.purse.used, standing.granted(NOON), standing.held) == (500, 2.0, 13.0)


async def test_a_grant_pays_also_what_no_day_could(ledger: Ledger, accounts: Accounts) -> None:
    await accounts.grant(ALICE.id, 100, MODERATOR)

    await recorded(ledger, a_job(price=80.0))

    assert (await accounts.standing(ALICE.id, NOON)).granted(NOON) == 20.0


async def test_purse_and_grant_are_not_put_together(ledger: Ledger, accounts: Accounts) -> None:
    await recorded(ledger, a_job(id="first", price=5.0))
    await accounts.grant(ALICE.id, 4, MODERATOR)

    with pytest.raises(
        QuotaExceeded, match=r"5\.00 left of your allowance and 4\.00 of what was granted; one of"
    ):
        await recorded(ledger, a_job(id="second", price=8.0))

    assert (await accounts.standing(ALICE.id, NOON)).granted(NOON) == 4.0


async def test_what_expires_first_is_taken_first_and_given_back_last(
    ledger: Ledger, accounts: Accounts
) -> None:
    await recorded(ledger, a_job(id="all", price=10.0))
    for credits, days in ((5, None), (3, 9), (2, 1)):
        expires = None if days is None else NOON + timedelta(days=days)
        await accounts.grant(ALICE.id, credits, MODERATOR, expires=expires)

    await recorded(ledger, a_job(price=6.0))
    taken = [grant.left for grant in (await accounts.standing(ALICE.id, NOON)).grants]
    await cancelled(ledger, "fox", spent=4.5)

    assert taken == [4.0, 0.0, 0.0]
    back = [grant.left for grant in (await accounts.standing(ALICE.id, NOON)).grants]
    assert back == [5.0, 0.5, 0.0]
    assert (await accounts.standing(ALICE.id, NOON)).purse.used == 1000


async def test_an_expired_grant_pays_nothing_and_shows_as_expired(
    ledger: Ledger, accounts: Accounts
) -> None:
    await recorded(ledger, a_job(id="first", price=10.0))
    await accounts.grant(ALICE.id, 5, MODERATOR, expires=LATER)

    with pytest.raises(QuotaExceeded, match=r"you have 0\.00 left\. Enough"):
        await recorded(ledger, a_job(id="second", price=5.0), later=LATER - NOON)

    standing = await accounts.standing(ALICE.id, LATER)
    [grant] = standing.grants
    assert (grant.left, grant.expired(LATER), grant.expired(NOON)) == (5.0, True, False)
    assert standing.granted(LATER) == 0.0


async def test_a_grant_taken_back_stays_so_when_a_job_gives_back(
    ledger: Ledger, accounts: Accounts
) -> None:
    grant = await accounts.grant(ALICE.id, 50, MODERATOR)
    await recorded(ledger, a_job(id="first", price=30.0))

    await accounts.take_back_grant(grant.id, Act(who="local", at=LATER))
    await cancelled(ledger, "first")

    assert (await accounts.standing(ALICE.id, LATER)).granted(LATER) == 0.0
    with pytest.raises(InvalidRequest):
        await recorded(ledger, a_job(id="second", price=30.0), later=LATER - NOON)


async def test_who_is_blocked_asks_for_nothing_until_it_is_over(
    ledger: Ledger, accounts: Accounts
) -> None:
    await accounts.block(ALICE.id, Act(who="local", at=NOON, why="too many\nfoxes"), until=LATER)

    with pytest.raises(
        QuotaExceeded, match=r"blocked until 01 May at 12:01 UTC: too many foxes\."
    ) as refused:
        await recorded(ledger, a_job(price=0.0))

    assert refused.value.retry_at == LATER
    await recorded(ledger, a_job(price=1.0), later=LATER - NOON)


async def test_a_small_step_back_of_the_clock_changes_nothing(
    ledger: Ledger, accounts: Accounts
) -> None:
    await recorded(ledger, a_job(id="first", price=10.0))

    with pytest.raises(QuotaExceeded):
        await recorded(ledger, a_job(id="second", price=1.0), later=timedelta(hours=-13))

    assert (await accounts.standing(ALICE.id, NOON)).purse.day == NOON.date()


async def test_a_clock_that_was_far_ahead_is_forgotten_by_tomorrow(ledger: Ledger) -> None:
    await recorded(ledger, a_job(id="wrong", price=6.0), later=timedelta(days=900))

    await recorded(ledger, a_job(id="now", price=4.0))

    with pytest.raises(QuotaExceeded, match="back on 02 May at 00:00 UTC"):
        await recorded(ledger, a_job(id="too much", price=1.0))
    await recorded(ledger, a_job(id="tomorrow", price=10.0), later=timedelta(days=1))


@pytest.mark.parametrize("price", [-1.0, float("inf"), 1e300])
async def test_what_is_no_price_is_refused(ledger: Ledger, price: float) -> None:
    with pytest.raises(InvalidRequest, match="no amount"):
        await recorded(ledger, a_job(price=price), Allowance())

    assert not await ledger.unfinished()


async def test_names_and_ids_may_be_strange(ledger: Ledger, accounts: Accounts) -> None:
    strange = Owner(id=f"discord:{2**64 - 1}", name="Zoë\x00\ud800\n'; DROP TABLE people; --")

    await recorded(ledger, a_job(owner=strange))

    standing = await accounts.standing(strange.id, NOON)
    assert standing.owner == Owner(id=strange.id, name="Zoë'; DROP TABLE people; --")
