"""How the bot loses the gateway."""

from enum import Enum, auto


class Drop(Enum):
    """How a connection ends, or what is said on it instead. Numbers are close codes.

    TORN is in the middle of a word; DOORSTEP loses the next connection too, while it says READY.
    """

    RESET = auto()
    HANG_UP = auto()
    SILENCE = auto()
    RECONNECT = auto()
    INVALID = auto()
    INVALID_RESUMABLE = auto()
    TORN = auto()
    DOORSTEP = auto()


class Down(Enum):
    """How the gateway is not there for anybody who comes."""

    REFUSING = auto()
    RESETTING = auto()
    BAD_GATEWAY = auto()
    CLOSING = auto()
