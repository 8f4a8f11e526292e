"""Wire: requests to Discord by whichever client is logged in, with tries of our own."""

import asyncio
import json
import logging
from io import BytesIO
from typing import Any

import discord
from aiohttp import ClientError
from discord.http import Route

from bot.discord.arrival.journal import Journal
from bot.discord.messages.parts import Post
from engine.errors import StorageFailed

log = logging.getLogger(__name__)

MOST_TRIES = 5
MOST_AT_ONCE, MOST_ANSWERS_AT_ONCE = 100, 200
"""Each request that is on its way needs a connection, which is an open file: a rush would need more
than a program may have."""
OVERLOADED = 503
"""discord.py raises it at once, and tries again after other errors of a server."""


class Wire:
    """It outlives the clients: each opens it when it is logged in, and closes it at its end.

    First answers to interactions go through `answers`: they have room of their own, and each try
    takes `answer_patience` at most and all of them `answers_within`, since nobody waits longer for
    them. The `journal` has those that are only acknowledged.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        pause: float = 0.5,
        patience: float = 30.0,
        answer_patience: float = 0.7,
        answers_within: float = 2.5,
    ) -> None:
        self.journal = journal
        self._pause, self._patience = pause, patience
        self.answer_patience, self.answers_within = answer_patience, answers_within
        self.client: discord.Client | None = None
        """The one that is logged in."""
        self._opened = asyncio.Event()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self.answers = asyncio.Semaphore(MOST_ANSWERS_AT_ONCE)

    def open(self, client: discord.Client) -> None:
        self.client = client
        self._opened.set()

    def close(self) -> None:
        self.client = None
        self._opened.clear()

    async def ask(
        self,
        route: Route,
        post: Post | None = None,
        *,
        tries: int = MOST_TRIES,
        more: dict[str, Any] | None = None,
    ) -> Any:
        """What Discord answers. Raises discord.HTTPException where it says no.

        It may be done twice: only ask for what does no harm then.
        """
        form = (post.form if post else {}) | (more or {})
        for tried in range(1, tries + 1):
            try:
                async with asyncio.timeout(self._patience):
                    await self._opened.wait()
                    async with self._room:
                        return await self._once(route, form, post)
            except discord.HTTPException as error:
                if error.status != OVERLOADED or tried == tries:
                    raise
                reason: Exception = error
            # RuntimeError: that client has just ended.
            except (ClientError, OSError, RuntimeError) as error:
                if tried == tries:
                    raise StorageFailed(f"Discord cannot be reached: {error!r}.") from error
                reason = error
            log.info("%s %s goes wrong and is tried again: %r", route.method, route.path, reason)
            await asyncio.sleep(self._pause * 2 ** (tried - 1))
        raise AssertionError("every last try returns or raises")

    async def _once(self, route: Route, form: dict[str, Any], post: Post | None) -> Any:
        client = self.client
        if client is None:
            raise RuntimeError("no client is logged in")
        try:
            return await self._asked(client, route, form, post)
        except (asyncio.CancelledError, TimeoutError):
            # discord.py stops all requests while it waits for a limit on all of them to pass. Cut
            # off in this it would never let them go on.
            client.http._global_over.set()
            raise

    async def _asked(
        self, client: discord.Client, route: Route, form: dict[str, Any], post: Post | None
    ) -> Any:
        if post is None or not post.uploads:
            return await client.http.request(route, json=form or None)
        files = [
            discord.File(BytesIO(upload.content), filename=upload.name) for upload in post.uploads
        ]
        parts: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(form)}]
        for number, (file, upload) in enumerate(zip(files, post.uploads, strict=True)):
            parts.append(
                {
                    "name": f"files[{number}]",
                    "value": file.fp,
                    "filename": upload.name,
                    "content_type": upload.kind,
                }
            )
        try:
            return await client.http.request(route, form=parts, files=files)
        finally:
            for file in files:
                file.close()


def original(method: str, application: int, token: str) -> Route:
    """The first answer to an interaction."""
    path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
    return Route(method, path, webhook_id=application, webhook_token=token)


def follow_up(application: int, token: str) -> Route:
    path = "/webhooks/{webhook_id}/{webhook_token}"
    return Route("POST", path, webhook_id=application, webhook_token=token)


def channel_messages(channel: int) -> Route:
    return Route("POST", "/channels/{channel_id}/messages", channel_id=channel)


def channel_message(method: str, channel: int, message: int) -> Route:
    path = "/channels/{channel_id}/messages/{message_id}"
    return Route(method, path, channel_id=channel, message_id=message)


def direct_channels() -> Route:
    return Route("POST", "/users/@me/channels")
