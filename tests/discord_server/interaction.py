"""Something that a person asked of the bot, as Discord keeps it."""

from dataclasses import dataclass, field
from enum import IntEnum

from tests.discord_server.bell import Bell
from tests.discord_server.message import Message
from tests.discord_server.nouns import Channel, Guild, User
from tests.discord_server.refused import Json

ANSWER_WITHIN_S = 3.0
TOKEN_LIFE_S = 15 * 60.0
FOLLOW_UPS_OF_STRANGERS = 5


class Kind(IntEnum):
    """Discord's own numbers."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Reply(IntEnum):
    """Discord's own numbers of first answers."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False, kw_only=True)
class Interaction:
    """What was asked, and what the bot said to it so far."""

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    guild: Guild | None
    data: Json
    asked_at: float
    # Whom the app was installed by: the server, the person, or both.
    of_guild: bool
    of_user: bool
    upload_limit: int
    source: Message | None = None
    trigger: "Interaction | None" = None
    forced_private: bool = False
    reply: Reply | None = None
    replied_at: float | None = None
    original: Message | None = None
    follow_ups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    bell: Bell = field(default_factory=Bell)

    @property
    def took(self) -> float | None:
        """How many seconds passed until the first answer."""
        return None if self.replied_at is None else self.replied_at - self.asked_at

    @property
    def by_stranger(self) -> bool:
        """Whether the bot is there only because the person took it along."""
        return self.of_user and not self.of_guild

    @property
    def messages(self) -> list[Message]:
        """All that it led to and that is still there."""
        first = [self.original] if self.original and self.original is not self.source else []
        return [message for message in first + self.follow_ups if not message.deleted]

    async def replied(self) -> Reply:
        """The kind of the first answer, once there is one."""
        return await self.bell.until(lambda: self.reply, f"an answer to {self.what}")

    @property
    def what(self) -> str:
        """What it was, for the sentences of tests."""
        name = self.data.get("name") or self.data.get("custom_id")
        return f"{self.kind.name.lower()} {name!r}"
