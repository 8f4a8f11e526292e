"""Hosts out in the internet, told from this machine and the networks that it is in."""

import socket

from engine.address import is_outside


def is_public(host: str) -> bool:
    """Whether the name leads out, wherever else it leads; one that leads nowhere does."""
    try:
        return bool(_public(host, 0))
    except OSError:
        return True


def public_connection(
    address: tuple[str, int], timeout: float | None = None, source: tuple[str, int] | None = None
) -> socket.socket:
    """As socket.create_connection, to what the name means out there. Raises OSError.

    Looked up and connected to in one: a name that means something else the next time helps nobody.
    """
    host, port = address
    problem = OSError(f"{host[:60]!a} is no host out in the internet")
    for place in _public(host, port):
        try:
            return socket.create_connection((place, port), timeout, source)
        except OSError as error:
            problem = error
    raise problem


def _public(host: str, port: int) -> list[str]:
    """What the name means, without this machine and its networks."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [str(address[0]).partition("%")[0] for *_, address in found]
    return [place for place in places if is_outside(place)]
