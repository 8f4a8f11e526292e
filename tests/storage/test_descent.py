"""The way back to an earlier revision: alone, and never without saying what is lost."""

import pytest
from sqlalchemy import text

from engine.errors import InvalidRequest, Misconfigured
from storage.database import connect
from storage.descent import descend
from storage.migrate import status
from tests.storage.homes import Home, home
from tests.storage.household import rows_of
from tests.storage.tables import HEAD, say

__all__ = ["home"]
"""Fixtures are found by their names."""


async def test_what_is_lost_is_named_before_anything_is_changed(home: Home) -> None:
    before = await rows_of(home.url)

    with pytest.raises(InvalidRequest, match=r"for good: .*\d rows? of keys.* --yes") as refused:
        await descend(home.url, "base", sure=False)

    assert await rows_of(home.url) == before
    assert "lanes" not in str(refused.value)
    assert (await status(home.url)).current == HEAD


async def test_a_column_that_goes_is_named(home: Home) -> None:
    with pytest.raises(InvalidRequest, match="“sent” of jobs"):
        await descend(home.url, "0009", sure=False)


async def test_who_is_sure_goes_down(home: Home) -> None:
    # An earlier Easel would not know who did these.
    await say(home.url, "DELETE FROM audit")

    await descend(home.url, "base", sure=True)

    assert (await status(home.url)).current is None


async def test_without_rows_nothing_is_lost(database_url: str) -> None:
    await descend(database_url, "base", sure=False)

    assert (await status(database_url)).current is None


async def test_nobody_goes_down_while_another_program_has_the_database_open(
    database_url: str,
) -> None:
    async with connect(database_url) as engine:
        async with engine.connect() as other:
            await other.execute(text("SELECT 1 FROM jobs"))
        with pytest.raises(InvalidRequest, match="Another program has that database open"):
            await descend(database_url, "base", sure=True)

    assert (await status(database_url)).current == HEAD


async def test_a_way_that_is_not_there_is_refused(database_url: str) -> None:
    with pytest.raises(Misconfigured, match="There is no way"):
        await descend(database_url, "7777", sure=True)

    assert (await status(database_url)).current == HEAD
