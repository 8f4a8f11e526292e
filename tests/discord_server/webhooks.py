"""What an interaction's token opens after the first answer: the answer itself and more messages."""

from collections.abc import Mapping

from tests.discord_server.attachment import Files
from tests.discord_server.call import NOTHING, Answer, Call, Handler
from tests.discord_server.callbacks import Callbacks
from tests.discord_server.clock import Clock
from tests.discord_server.compose import compose
from tests.discord_server.interaction import (
    FOLLOW_UPS_OF_STRANGERS,
    TOKEN_LIFE_S,
    Interaction,
)
from tests.discord_server.message import Flag, Message
from tests.discord_server.messages import Messages
from tests.discord_server.refused import token_dead, too_many_follow_ups, unknown
from tests.discord_server.routes import Route
from tests.discord_server.world import APPLICATION


class Webhooks:
    """A token lives for 15 minutes from the moment of the interaction."""

    def __init__(
        self,
        clock: Clock,
        asked: Mapping[str, Interaction],
        messages: Messages,
        files: Files,
        callbacks: Callbacks,
    ) -> None:
        self._clock, self._asked, self._messages = clock, asked, messages
        self._files, self._callbacks = files, callbacks

    def handlers(self) -> dict[Route, Handler]:
        """By route."""
        return {
            Route.ORIGINAL: self._look,
            Route.EDIT_ORIGINAL: self._edit,
            Route.DELETE_ORIGINAL: self._delete,
            Route.FOLLOW_UP: self._follow_up,
            Route.FOLLOWED_UP: self._look,
            Route.EDIT_FOLLOW_UP: self._edit,
            Route.DELETE_FOLLOW_UP: self._delete,
        }

    def _open(self, call: Call) -> Interaction:
        if call.number("webhook_id") != APPLICATION:
            raise unknown("Webhook")
        asked = self._asked.get(call.place["webhook_token"])
        if asked is None or self._clock.now() - asked.asked_at > TOKEN_LIFE_S:
            raise token_dead()
        if asked.reply is None:
            raise unknown("Webhook")
        return asked

    def _found(self, call: Call, asked: Interaction) -> Message:
        if "message_id" not in call.place:
            message = asked.original
        else:
            wanted = call.number("message_id")
            own = [message for message in [asked.original, *asked.follow_ups] if message]
            message = next((message for message in own if message.id == wanted), None)
        if message is None or message.deleted:
            raise unknown("Message")
        return message

    def _look(self, call: Call) -> Answer:
        message = self._found(call, self._open(call))
        return Answer(body=self._messages.written(message))

    def _edit(self, call: Call) -> Answer:
        asked = self._open(call)
        return self._changed(call, asked, self._found(call, asked))

    def _changed(self, call: Call, asked: Interaction, message: Message) -> Answer:
        frame = self._callbacks.frame(asked, private=message.seen_by is not None)
        version = compose(call.body, self._files, frame, message.now)
        self._messages.edit(message, version, at=self._clock.now())
        return Answer(body=self._messages.written(message))

    def _delete(self, call: Call) -> Answer:
        self._messages.delete(self._found(call, self._open(call)))
        return NOTHING

    def _follow_up(self, call: Call) -> Answer:
        asked = self._open(call)
        original = asked.original
        if original and original.loading and not original.deleted:
            # The message that says that the bot is thinking becomes the first follow-up.
            return self._changed(call, asked, original)
        if asked.by_stranger and len(asked.follow_ups) >= FOLLOW_UPS_OF_STRANGERS:
            raise too_many_follow_ups()
        flags = Flag((call.body.form or {}).get("flags") or 0)
        private = Flag.EPHEMERAL in flags or asked.forced_private
        frame = self._callbacks.frame(asked, private=private)
        version = compose(call.body, self._files, frame)
        message = self._callbacks.message(asked, version)
        asked.follow_ups.append(message)
        self._messages.add(message)
        return Answer(body=self._messages.written(message))
