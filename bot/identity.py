"""Identity: whom Discord knows by the bot's token."""

import asyncio
import json
from collections.abc import Mapping

from aiohttp import ClientError, ClientSession, ClientTimeout

from engine.errors import Misconfigured
from engine.letters import shown

API = "https://discord.com/api/v10"
PATIENCE_S = 5.0
LONGEST_ANSWER = 2**16
LONGEST_NAME = 60
UNKNOWN_TOKEN = 401
UNREACHED = "Discord does not answer. Is this machine online, and may Easel reach discord.com?"
UNREACHED_AT = "Nothing answers at {}. Mend EASEL_DISCORD_API, or leave it out."
UNKNOWN = (
    "Discord does not know this token. Press “Reset Token” on the page “Bot”, and give Easel the "
    "new one."
)
REFUSED = "Discord answers with {} instead of the bot's name. Try again in a few minutes."


async def name_of(token: str, api: str | None = None, *, patience_s: float = PATIENCE_S) -> str:
    """Asked once, at a stand-in's address if there is one. Raises Misconfigured."""
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (easel, 1)"}
    address = f"{(api or API).rstrip('/')}/users/@me"
    try:
        async with (
            asyncio.timeout(patience_s),
            ClientSession(headers=headers, timeout=ClientTimeout(total=None)) as session,
            # Whoever sends it on elsewhere does not get the token there.
            session.get(address, allow_redirects=False) as answer,
        ):
            status, body = answer.status, await answer.content.read(LONGEST_ANSWER)
    except (ClientError, OSError, TimeoutError, ValueError):
        # The error itself is not told: it may hold what was sent.
        raise Misconfigured(UNREACHED_AT.format(api) if api else UNREACHED) from None
    if status == UNKNOWN_TOKEN:
        raise Misconfigured(UNKNOWN)
    name = _name_in(body) if status == 200 else None
    if name is None:
        raise Misconfigured(REFUSED.format(status))
    return shown(name, LONGEST_NAME)


def _name_in(body: bytes) -> str | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    name = told.get("username") if isinstance(told, Mapping) else None
    return name if isinstance(name, str) and name else None
