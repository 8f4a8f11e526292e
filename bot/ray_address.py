"""The address of a Ray cluster, where it may be used: packages, token and network are as they must
be.

It is the one that was looked at: a name could mean another where Ray asks for it again.
"""

import socket
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from bot.settings import Settings
from engine.afar.node import is_private
from engine.afar.token import require_token
from engine.errors import Misconfigured, Unavailable

Resolve = Callable[[str], Sequence[str]]


def addresses_of(host: str) -> Sequence[str]:
    """Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


def ray_address(
    settings: Settings,
    environment: Mapping[str, str],
    home: Path,
    *,
    installed: bool | None = None,
    resolve: Resolve = addresses_of,
) -> str:
    """It may take a moment. Raises Misconfigured, Unavailable."""
    if not (find_spec("ray") is not None if installed is None else installed):
        raise Misconfigured("EASEL_PAINTER=ray needs Ray. Install it by ./run --set-up-extras.")
    require_token(environment, home)
    name, _, port = settings.ray_address.rpartition(":")
    host = name.strip("[]")
    try:
        found = resolve(host)
    except OSError as error:
        raise Unavailable(
            "I cannot find {host}, which EASEL_RAY_ADDRESS names: {why}.",
            host=host,
            why=error.strerror or type(error).__name__,
        ) from None
    if not all(map(is_private, found)):
        raise Misconfigured(
            "{host} is not in a private network, and whoever reaches a Ray cluster can run "
            "programs on it. Put it into one, and name its address there.",
            host=host,
        )
    # Ray listens at IPv4, unless it is told otherwise.
    address = min(found, key=is_ipv6)
    return f"[{address}]:{port}" if is_ipv6(address) else f"{address}:{port}"


def is_ipv6(address: str) -> bool:
    return ":" in address
