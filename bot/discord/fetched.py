"""Files from Discord, and from nowhere else: what a message names is a stranger's word."""

from urllib.parse import urlsplit

import discord
from aiohttp import ClientError

from bot.addresses import is_loopback
from bot.discord.words import say
from engine.errors import InvalidRequest

LARGEST_SOURCE = 64 * 2**20
HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


async def fetched(source: discord.Attachment, name: str) -> bytes:
    """Its bytes. Raises InvalidRequest, with `name` for what it is to whoever asked."""
    if source.size > LARGEST_SOURCE:
        raise InvalidRequest(say("big_source", name=name, mebibytes=LARGEST_SOURCE // 2**20))
    if not is_of_discord(source.url, api=discord.http.Route.BASE):
        raise InvalidRequest(say("lost_source", name=name))
    try:
        content = await source.read()
    except (discord.HTTPException, ClientError, OSError) as error:
        raise InvalidRequest(say("lost_source", name=name)) from error
    return content


def is_of_discord(address: str, *, api: str) -> bool:
    """Whether Discord keeps files there, or the stand-in whose API that is."""
    try:
        parts, stand_in = urlsplit(address), urlsplit(api)
        if parts.scheme == "https" and parts.port in {None, 443}:
            return parts.hostname in HOSTS
        here = is_loopback(stand_in.hostname or "")
        return here and (parts.scheme, parts.netloc) == (stand_in.scheme, stand_in.netloc)
    except ValueError:
        return False
