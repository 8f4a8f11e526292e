"""What Discord says instead of doing what it was asked."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with one field of a form."""

    path: Path
    code: str
    message: str


class Refused(Exception):
    """An answer that is no success: its status, Discord's own code and its words."""

    def __init__(self, status: int, code: int, message: str, flaws: list[Flaw] | None = None):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.flaws = flaws or []

    def body(self) -> Json:
        """As Discord writes it."""
        written: Json = {"message": self.message, "code": self.code}
        if self.flaws:
            written["errors"] = _tree(self.flaws)
        return written


def _tree(flaws: list[Flaw]) -> Json:
    tree: Json = {}
    for flaw in flaws:
        at = tree
        for step in flaw.path:
            at = at.setdefault(str(step), {})
        at.setdefault("_errors", []).append({"code": flaw.code, "message": flaw.message})
    return tree


def invalid_form(*flaws: Flaw) -> Refused:
    """The form was read, and something in it cannot be."""
    return Refused(400, 50035, "Invalid Form Body", list(flaws))


def flaw(path: str, code: str, message: str) -> Refused:
    """An invalid form with one flaw; the path is written with dots, empty for the whole."""
    return invalid_form(
        Flaw(path=tuple(path.split(".")) if path else (), code=code, message=message)
    )


def unauthorized() -> Refused:
    """The bot's token is not the one that it was given."""
    return Refused(401, 0, "401: Unauthorized")


def missing_access() -> Refused:
    """The bot cannot see this."""
    return Refused(403, 50001, "Missing Access")


def missing_permissions() -> Refused:
    """The bot sees this but may not do that."""
    return Refused(403, 50013, "Missing Permissions")


def unknown(what: str) -> Refused:
    """There is no such thing."""
    return Refused(404, UNKNOWN[what], f"Unknown {what}")


def already_acknowledged() -> Refused:
    """Each interaction has one first answer."""
    return Refused(400, 40060, "Interaction has already been acknowledged.")


def token_dead() -> Refused:
    """An interaction's token lives for 15 minutes."""
    return Refused(401, 50027, "Invalid Webhook Token")


def too_large() -> Refused:
    """A file, or all of them together."""
    return Refused(413, 40005, "Request entity too large")


def empty_message() -> Refused:
    """Nothing would be seen."""
    return Refused(400, 50006, "Cannot send an empty message")


def too_many_follow_ups() -> Refused:
    """Apps that are not in the server may send five."""
    return Refused(
        400, 40094, "Maximum number of follow-up messages for this interaction was reached."
    )


def closed_ears() -> Refused:
    """Somebody takes no messages from the bot."""
    return Refused(403, 50007, "Cannot send messages to this user")


def old_message() -> Refused:
    """Messages older than an hour may be edited only so often."""
    return Refused(
        429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later"
    )


UNKNOWN = {
    "Application": 10002,
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "User": 10013,
    "Webhook": 10015,
    "interaction": 10062,
    "application command": 10063,
}
