"""Requests to the stand-in by hand, for what discord.py would never send."""

import json
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from aiohttp import ClientSession, FormData

from tests.discord_server.interaction import Interaction
from tests.discord_server.nouns import Upload
from tests.discord_server.refused import Json
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.world import APPLICATION

Said = tuple[int, Any]


class Caller:
    """One request at a time; the status and what was read."""

    def __init__(self, server: Discord, session: ClientSession) -> None:
        self._server, self._session = server, session
        self.headers: dict[str, str] = {}

    async def ask(
        self,
        route: Route,
        form: Any = None,
        *,
        files: Sequence[Upload] = (),
        token: str | None = None,
        query: str = "",
        **place: Any,
    ) -> Said:
        """Put the words into the path, and send the form and the files along."""
        named = {"application_id": APPLICATION, "webhook_id": APPLICATION, **place}
        url = self._server.api + route.path.format(**named) + query
        headers = {"Authorization": f"Bot {token or self._server.token}"}
        content: Any = None if form is None else json.dumps(form).encode()
        if files:
            content = FormData(quote_fields=False)
            content.add_field("payload_json", json.dumps(form), content_type="application/json")
            for number, file in enumerate(files):
                name = f"files[{number}]"
                opened = BytesIO(file.content)
                content.add_field(name, opened, filename=file.name, content_type=file.kind)
        asking = self._session.request(route.method, url, data=content, headers=headers)
        async with asking as answer:
            self.headers = dict(answer.headers)
            text = await answer.text()
            is_json = answer.headers.get("Content-Type") == "application/json"
            return answer.status, json.loads(text) if is_json else text

    async def reply(self, asked: Interaction, kind: int, data: Json | None = None) -> Said:
        """The first answer to an interaction."""
        return await self.ask(
            Route.CALLBACK,
            {"type": kind, "data": data},
            query="?with_response=true",
            interaction_id=asked.id,
            interaction_token=asked.token,
        )

    async def of(self, asked: Interaction, route: Route, form: Any = None, **more: Any) -> Said:
        """What an interaction's token opens."""
        return await self.ask(route, form, webhook_token=asked.token, **more)


def code_of(said: Said) -> tuple[int, int]:
    """The status and Discord's own code."""
    status, body = said
    return status, body["code"]


def flaws_of(said: Said) -> list[tuple[str, str]]:
    """The fields that are wrong, and why."""

    def walk(tree: Json, path: str) -> list[tuple[str, str]]:
        found = [(path, error["code"]) for error in tree.get("_errors", ())]
        for name, inside in tree.items():
            if name != "_errors":
                found += walk(inside, f"{path}.{name}".lstrip("."))
        return found

    return walk(said[1].get("errors", {}), "")
