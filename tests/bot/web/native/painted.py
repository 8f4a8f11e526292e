"""Pictures that somebody had painted over HTTP."""

from typing import Any

from tests.bot.web.conftest import Client, House
from tests.engine.house import until


async def painted(client: Client, house: House, prompt: str, **asked: Any) -> dict[str, Any]:
    """A job that is done."""
    answer = await client.post("/v1/jobs", json={"prompt": prompt, "agreed": True, **asked})
    assert answer.status == 202, await answer.text()
    house.painter.gate.set()
    await until(lambda: not house.line.jobs)
    job: dict[str, Any] = await told(client, answer.headers["Location"])
    return job


async def told(client: Client, path: str, status: int = 200, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status == status, await answer.text()
    return await answer.json()
