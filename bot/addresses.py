"""Which addresses are this machine, and which are Discord."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_discord_or_here(address: str) -> bool:
    """Whether a bot's token may travel there: to Discord, or to a stand-in on this machine."""
    if re.search(r"[\s\\@]", address):  # other readers of addresses see another host in these
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if host == "discord.com" or host.endswith(".discord.com"):
        return parts.scheme in {"https", "wss"}
    return parts.scheme in {"http", "https", "ws", "wss"} and is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether only this machine can be meant."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
