"""Who would be pinged by a message.

Counted from the words alone: a mention in code or of somebody who may not be mentioned counts
too, so that a test that demands no pings demands the more careful thing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.discord_server.refused import Json, flaw

EVERYBODY = re.compile(r"@(everyone|here)")
USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")

# What counts where a message does not say. Absent means everything for messages to a channel.
FOR_CHANNELS = ("everyone", "users", "roles")
FOR_INTERACTIONS = ("users",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pings:
    """Everybody, these users, these roles."""

    everyone: bool = False
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everyone or bool(self.users or self.roles)

    def __or__(self, other: "Pings") -> "Pings":
        return Pings(
            everyone=self.everyone or other.everyone,
            users=self.users | other.users,
            roles=self.roles | other.roles,
        )


NOBODY = Pings()


def pings_of(texts: Iterable[str], allowed: Json | None, usual: Iterable[str]) -> Pings:
    """Those whom these words mention and who may be."""
    whole = "\n".join(texts)
    users = frozenset(map(int, USER.findall(whole)))
    roles = frozenset(map(int, ROLE.findall(whole)))
    if allowed is None:
        parsed, some_users, some_roles = set(usual), frozenset[int](), frozenset[int]()
    else:
        parsed = set(allowed.get("parse") or ())
        some_users = frozenset(int(user) for user in allowed.get("users") or ())
        some_roles = frozenset(int(role) for role in allowed.get("roles") or ())
    for kind, some in (("users", some_users), ("roles", some_roles)):
        if kind in parsed and some:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            raise flaw("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    return Pings(
        everyone="everyone" in parsed and bool(EVERYBODY.search(whole)),
        users=users if "users" in parsed else users & some_users,
        roles=roles if "roles" in parsed else roles & some_roles,
    )
