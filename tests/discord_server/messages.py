"""All messages, in the order in which they were sent, and how Discord writes one."""

from collections.abc import Callable, Iterator

from tests.discord_server.bell import Bell
from tests.discord_server.clock import written
from tests.discord_server.interaction import Interaction, Kind
from tests.discord_server.message import Message, Version
from tests.discord_server.nouns import Channel, User
from tests.discord_server.portrait import user_of
from tests.discord_server.refused import Json, old_message, unknown
from tests.discord_server.world import APPLICATION, World

HOUR_S = 3600.0
# Discord does not say how many there may be; it is told here as few.
LATE_EDITS = 20


class Messages:
    """Tells `tell` the events that the gateway passes on."""

    def __init__(
        self, world: World, tell: Callable[[str, Json, Channel], None], bell: Bell
    ) -> None:
        self._world = world
        self._tell, self._bell = tell, bell
        self._by_id: dict[int, Message] = {}

    def __iter__(self) -> Iterator[Message]:
        return iter(list(self._by_id.values()))

    def add(self, message: Message) -> Message:
        """Somebody sent it."""
        self._by_id[message.id] = message
        self._changed("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, version: Version, *, at: float) -> Message:
        """It says something else from now on."""
        if at - message.versions[0].at > HOUR_S:
            message.late_edits += 1
            if message.late_edits > LATE_EDITS:
                raise old_message()
        message.versions.append(version)
        self._changed("MESSAGE_UPDATE", message)
        return message

    def delete(self, message: Message) -> None:
        """It is gone for everybody; the stand-in remembers it."""
        message.deleted = True
        self._changed("MESSAGE_DELETE", message)

    def forget(self, before: float) -> None:
        """Those that nobody will look at any more."""
        kept = (m for m in self._by_id.values() if m.now.at >= before)
        self._by_id = {message.id: message for message in kept}

    def find(self, channel: int, message_id: int, *, private: bool = False) -> Message:
        """The message, or Discord's refusal; one that one person sees only by its interaction."""
        message = self._by_id.get(message_id)
        if message is None or message.deleted or message.channel.id != channel:
            raise unknown("Message")
        if message.seen_by and not private:
            raise unknown("Message")
        return message

    def of_nonce(
        self, channel: int, author: User, nonce: str | int, since: float
    ) -> Message | None:
        """What this author said here with this nonce lately."""
        for message in reversed(self._by_id.values()):
            if message.versions[0].at < since:
                return None
            same = (message.channel.id, message.author.id, message.nonce)
            if same == (channel, author.id, nonce):
                return message
        return None

    def _changed(self, event: str, message: Message) -> None:
        if not message.seen_by:
            told = self.written(message)
            if event == "MESSAGE_DELETE":
                told = {"id": told["id"], "channel_id": told["channel_id"]}
            if message.channel.guild:
                told["guild_id"] = str(message.channel.guild)
            self._tell(event, told, message.channel)
        self._bell.ring()
        if message.interaction:
            message.interaction.bell.ring()

    def written(self, message: Message) -> Json:
        """As Discord writes it."""
        now, asked = message.now, message.interaction
        users = self._world.users
        edited = None if len(message.versions) == 1 else written(now.at)
        told: Json = {
            "id": str(message.id),
            "type": _kind(message),
            "channel_id": str(message.channel.id),
            "author": user_of(message.author),
            "content": now.content,
            "embeds": list(now.embeds),
            "components": list(now.components),
            "attachments": [file.written() for file in now.attachments],
            "mentions": [user_of(users[user]) for user in sorted(now.pings.users & users.keys())],
            "mention_roles": [str(role) for role in sorted(now.pings.roles)],
            "mention_everyone": now.pings.everyone,
            "timestamp": written(message.versions[0].at),
            "edited_timestamp": edited,
            "flags": int(now.flags),
            "pinned": False,
            "tts": False,
        }
        if message.nonce is not None:
            told["nonce"] = message.nonce
        if message.replies_to is not None:
            here = {"channel_id": str(message.channel.id), "message_id": str(message.replies_to)}
            told["message_reference"] = {"type": 0, **here}
        if asked:
            told["webhook_id"] = told["application_id"] = str(APPLICATION)
            told["interaction_metadata"] = metadata_of(asked)
        return told


def _kind(message: Message) -> int:
    """A plain one, a reply, the answer to a command, or the answer to a menu."""
    asked = message.interaction
    if asked and message is asked.original and asked.kind == Kind.COMMAND:
        return 20 if asked.data["type"] == 1 else 23
    return 19 if message.replies_to else 0


def owners_of(asked: Interaction) -> dict[str, str]:
    """Whose installations of the app let this happen."""
    owners = {}
    if asked.of_guild:
        owners["0"] = str(asked.guild.id) if asked.guild else "0"
    if asked.of_user:
        owners["1"] = str(asked.user.id)
    return owners


def metadata_of(asked: Interaction) -> Json:
    """What a message tells of the interaction that it answers."""
    told: Json = {
        "id": str(asked.id),
        "type": int(asked.kind),
        "user": user_of(asked.user),
        "authorizing_integration_owners": owners_of(asked),
    }
    if asked.kind == Kind.COMPONENT and asked.source:
        told["interacted_message_id"] = str(asked.source.id)
    if asked.kind == Kind.MODAL and asked.trigger:
        told["triggering_interaction_metadata"] = metadata_of(asked.trigger)
    if asked.kind == Kind.COMMAND and "target_id" in asked.data:
        told["target_message_id"] = asked.data["target_id"]
    return told
