"""Connections that are there soon or not at all, however long an answer may take after that."""

import socket
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, Request

from engine.gpu.hub.public import public_connection

REACH = 5.0


class Redirected(Request):
    """Nobody here named its address: a host out in the internet led there."""


class _Soon(HTTPConnection):
    """`reach` seconds for connecting, `timeout` for everything else."""

    def __init__(
        self, host: str, *, reach: float = REACH, redirected: bool = False, **options: Any
    ) -> None:
        super().__init__(host, **options)
        self._reach = reach
        # By this name http.client keeps what opens its sockets.
        self._create_connection = public_connection if redirected else socket.create_connection

    def connect(self) -> None:
        """Greetings included, where the connection is a secure one."""
        patience, self.timeout = self.timeout, self._reach
        try:
            super().connect()
        finally:
            self.timeout = patience
        self.sock.settimeout(patience)


class _SoonSecure(_Soon, HTTPSConnection):
    pass


class Plain(HTTPHandler):
    """For addresses with http."""

    def __init__(self, reach: float) -> None:
        super().__init__()
        self._reach = reach

    def http_open(self, req: Request) -> HTTPResponse:
        """Called by whoever opens the address."""
        return self.do_open(_Soon, req, reach=self._reach, redirected=_is_redirected(req))


class Secure(HTTPSHandler):
    """For addresses with https."""

    def __init__(self, reach: float) -> None:
        super().__init__()
        self._reach = reach

    def https_open(self, req: Request) -> HTTPResponse:
        """Called by whoever opens the address."""
        return self.do_open(_SoonSecure, req, reach=self._reach, redirected=_is_redirected(req))


def _is_redirected(request: Request) -> bool:
    # A proxy was named here, and may be on this machine.
    tunnelled = getattr(request, "_tunnel_host", None)
    return isinstance(request, Redirected) and not (tunnelled or request.has_proxy())
