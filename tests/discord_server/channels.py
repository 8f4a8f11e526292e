"""Messages that the bot sends to channels by its own token."""

from tests.discord_server.attachment import Files
from tests.discord_server.body import Body
from tests.discord_server.call import NOTHING, Answer, Call, Handler
from tests.discord_server.clock import Clock
from tests.discord_server.compose import Frame, compose
from tests.discord_server.mentions import FOR_CHANNELS, Pings
from tests.discord_server.message import Message, Version
from tests.discord_server.messages import Messages
from tests.discord_server.nouns import MEBIBYTE, Channel
from tests.discord_server.permissions import Permission
from tests.discord_server.refused import Json, Refused, flaw, missing_permissions
from tests.discord_server.routes import Route
from tests.discord_server.world import World

NONCE_LIFE_S = 300.0
MOST_NONCE, MOST_LISTED = 25, 100


class Channels:
    """The bot sends where it may, and changes only its own."""

    def __init__(self, clock: Clock, world: World, messages: Messages, files: Files) -> None:
        self._clock, self._world = clock, world
        self._messages, self._files = messages, files

    def handlers(self) -> dict[Route, Handler]:
        """By route."""
        return {
            Route.SEND: self._send,
            Route.MESSAGE: self._look,
            Route.MESSAGES: self._list,
            Route.EDIT: self._edit,
            Route.DELETE: self._delete,
            Route.TYPING: self._type,
        }

    def _send(self, call: Call) -> Answer:
        body, form = call.body, call.body.form or {}
        channel = self._world.open_to_bot(call.number("channel_id"), files=bool(body.files))
        nonce = form.get("nonce")
        if isinstance(nonce, str) and len(nonce) > MOST_NONCE:
            raise flaw("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")
        now = self._clock.now()
        if nonce is not None and form.get("enforce_nonce"):
            since = now - NONCE_LIFE_S
            earlier = self._messages.of_nonce(channel.id, self._world.bot, nonce, since)
            if earlier:
                return Answer(body=self._messages.written(earlier))
        version = compose(body, self._files, self._frame(channel))
        message = Message(
            id=self._clock.new_id(),
            channel=channel,
            author=self._world.bot,
            versions=[self._with_reply(channel, form, version)],
            nonce=nonce,
            replies_to=_replied_to(form),
        )
        self._messages.add(message)
        return Answer(body=self._messages.written(message))

    def _with_reply(self, channel: Channel, form: Json, version: Version) -> Version:
        """Whoever is replied to is pinged too, where nothing forbids it."""
        replied_to = _replied_to(form)
        if replied_to is None:
            return version
        allowed = form.get("allowed_mentions")
        try:
            first = self._messages.find(channel.id, replied_to)
        except Refused:
            if (form["message_reference"]).get("fail_if_not_exists") is False:
                return version
            message = "Unknown message"
            raise flaw("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", message) from None
        if allowed is not None and not allowed.get("replied_user"):
            return version
        pings = version.pings | Pings(users=frozenset({first.author.id}))
        return Version(
            at=version.at,
            content=version.content,
            embeds=version.embeds,
            components=version.components,
            attachments=version.attachments,
            flags=version.flags,
            pings=pings,
        )

    def _frame(self, channel: Channel) -> Frame:
        guild = self._world.guild_of(channel)
        return Frame(
            channel=channel.id,
            at=self._clock.now(),
            upload_limit=guild.upload_limit if guild else 10 * MEBIBYTE,
            usual_pings=FOR_CHANNELS,
        )

    def _found(self, call: Call) -> Message:
        channel = self._world.seen_by_bot(call.number("channel_id"))
        return self._messages.find(channel.id, call.number("message_id"))

    def _look(self, call: Call) -> Answer:
        return Answer(body=self._messages.written(self._found(call)))

    def _list(self, call: Call) -> Answer:
        channel = self._world.seen_by_bot(call.number("channel_id"))
        if Permission.READ_MESSAGE_HISTORY not in self._world.may(self._world.bot, channel):
            return Answer(body=[])
        limit = int(call.query.get("limit", "50"))
        if not 1 <= limit <= MOST_LISTED:
            raise flaw("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        after, before = int(call.query.get("after", "0")), call.query.get("before")
        here = [
            message
            for message in self._messages
            if message.channel.id == channel.id
            and not message.deleted
            and not message.seen_by
            and message.id > after
            and (before is None or message.id < int(before))
        ]
        newest = sorted(here, key=lambda message: message.id, reverse=True)[:limit]
        return Answer(body=[self._messages.written(message) for message in newest])

    def _edit(self, call: Call) -> Answer:
        message = self._found(call)
        if message.author.id != self._world.bot.id:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        body = Body(form=call.body.form or {}, files=call.body.files)
        version = compose(body, self._files, self._frame(message.channel), message.now)
        self._messages.edit(message, version, at=self._clock.now())
        return Answer(body=self._messages.written(message))

    def _delete(self, call: Call) -> Answer:
        message = self._found(call)
        own = message.author.id == self._world.bot.id
        may = self._world.may(self._world.bot, message.channel)
        if not own and Permission.MANAGE_MESSAGES not in may:
            raise missing_permissions()
        self._messages.delete(message)
        return NOTHING

    def _type(self, call: Call) -> Answer:
        self._world.open_to_bot(call.number("channel_id"), files=False)
        return NOTHING


def _replied_to(form: Json) -> int | None:
    reference = form.get("message_reference")
    return None if not reference else int(reference["message_id"])
