"""Models as our own programs and OpenAI's know them."""

from collections.abc import AsyncIterator

import openai
import pytest
from openai import AsyncOpenAI

from tests.bot.web.conftest import Client, House
from tests.fakes import BOOK


@pytest.fixture
async def theirs(client: Client, house: House) -> AsyncIterator[AsyncOpenAI]:
    base = str(client.make_url("/v1"))
    async with AsyncOpenAI(base_url=base, api_key=await house.key(), max_retries=0) as opened:
        yield opened


async def test_the_list_is_in_both_shapes(caller: Client) -> None:
    told = await (await caller.get("/v1/models")).json()

    assert [model["name"] for model in told["models"]] == [BOOK.name]
    assert told["object"] == "list"
    assert [model["id"] for model in told["data"]] == [BOOK.name]


async def test_openais_client_lists_them(theirs: AsyncOpenAI) -> None:
    found = [model async for model in theirs.models.list()]

    assert [(model.id, model.object) for model in found] == [(BOOK.name, "model")]


async def test_one_is_told_in_both_shapes_whatever_the_case(theirs: AsyncOpenAI) -> None:
    model = await theirs.models.retrieve(BOOK.name.upper())

    assert model.id == BOOK.name
    assert model.model_dump()["largest"] == BOOK.largest


async def test_one_that_is_not_there_is_not_found(theirs: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="I have no model"):
        await theirs.models.retrieve("nothing")
