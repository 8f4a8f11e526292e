"""A login of the bot: every event since, until it is known to have arrived."""

import json
from collections import deque
from enum import IntEnum, IntFlag
from typing import Any

from tests.discord_server.connection import Connection

MOST_KEPT = 20_000


class Op(IntEnum):
    """Discord's own numbers."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    """Discord's own codes."""

    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    SHARDING_REQUIRED = 4011
    INVALID_API_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


# After these the session is over and a new IDENTIFY is needed, if that helps at all.
ENDING = frozenset(Close) - {
    Close.UNKNOWN_ERROR,
    Close.UNKNOWN_OPCODE,
    Close.DECODE_ERROR,
    Close.ALREADY_AUTHENTICATED,
    Close.RATE_LIMITED,
}


class Intent(IntFlag):
    """Discord's own bits, as far as they matter here."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1


class Session:
    """Numbers its events and can say again those that got lost."""

    def __init__(self, name: str, intents: Intent) -> None:
        self.name, self.intents = name, intents
        self.number = 0
        self.connection: Connection | None = None
        self.left_at: float | None = None
        self._kept: deque[tuple[int, str]] = deque(maxlen=MOST_KEPT)

    def dispatch(self, event: str, told: Any) -> None:
        """Tell it now where there is a connection, and remember it for a RESUME."""
        self.number += 1
        text = json.dumps({"op": Op.DISPATCH, "d": told, "s": self.number, "t": event})
        self._kept.append((self.number, text))
        if self.connection:
            self.connection.send_text(text)

    def resume(self, connection: Connection, since: int) -> None:
        """Go on over another connection: what was missed, then RESUMED."""
        if self.connection:
            self.connection.hang_up()
        while self._kept and self._kept[0][0] <= since:
            self._kept.popleft()
        for _, text in self._kept:
            connection.send_text(text)
        self.connection, self.left_at = connection, None
        # discord.py writes into this: it must not be null.
        self.dispatch("RESUMED", {})
