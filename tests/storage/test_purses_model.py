"""Many movements of credits: the database holds what the pure purse says, to the bit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from storage.accounts import SqlAccounts
from storage.database import connect
from storage.purses import resolve
from storage.transactions import Transactions
from tests.storage.careless import refund_today, resolve_again
from tests.storage.movements import Allow, Ask, Books, End, Give, Resolve, Step, Wait, steps_of

STEPS = 50
DAY = 86_400
YESTERDAYS: list[Step] = [Ask(0, 600), Wait(DAY), Ask(0, 900), End(0, 100), End(0, 0)]
GRANTED: list[Step] = [Give(0, 500, 24), Give(0, 900, 2), Ask(0, 900), Ask(0, 900), End(1, 300)]
NARROWED: list[Step] = [Ask(0, 900), Allow(2), Wait(100), Ask(0, 100)]
"""Nobody lacks more than the burst that holds now."""


@asynccontextmanager
async def books(url: str, resolve: Resolve = resolve) -> AsyncIterator[Books]:
    async with connect(url) as engine:
        yield Books(
            transactions=Transactions(engine), accounts=SqlAccounts(engine), resolve=resolve
        )


def so_often(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        # Every example has people of its own, so one database serves them all.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


some = st.lists(steps_of, min_size=STEPS, max_size=STEPS)


@so_often(6)
@example(steps=YESTERDAYS)
@example(steps=GRANTED)
@example(steps=NARROWED)
@given(steps=some)
async def test_hundreds_of_movements_are_as_the_pure_purse_says(
    database_url: str, steps: list[Step]
) -> None:
    async with books(database_url) as both:
        await both.go(steps)


@pytest.mark.slow
@pytest.mark.timeout(900)
@so_often(200)
@given(steps=some)
@pytest.mark.promise(5, count=10_000)
async def test_ten_thousand_movements_are_as_the_pure_purse_says(
    database_url: str, steps: list[Step]
) -> None:
    async with books(database_url) as both:
        await both.go(steps)


@pytest.mark.parametrize("careless", [resolve_again, refund_today])
@pytest.mark.mutant(2, 5)
async def test_careless_refunds_are_found_out(database_url: str, careless: Resolve) -> None:
    async with books(database_url, careless) as both:
        with pytest.raises(AssertionError):
            await both.go(YESTERDAYS)
