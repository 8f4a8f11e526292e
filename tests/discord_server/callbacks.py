"""First answers to interactions, and all that Discord asks of them."""

from collections.abc import Mapping
from typing import Any

from tests.discord_server.attachment import Files
from tests.discord_server.body import Body
from tests.discord_server.call import NOTHING, Answer, Call, Handler
from tests.discord_server.clock import Clock
from tests.discord_server.components import Part, answered, walk
from tests.discord_server.compose import SETTABLE, Frame, compose
from tests.discord_server.interaction import ANSWER_WITHIN_S, Interaction, Kind, Reply
from tests.discord_server.mentions import FOR_INTERACTIONS
from tests.discord_server.message import Flag, Message, Version
from tests.discord_server.messages import Messages
from tests.discord_server.options import KINDS
from tests.discord_server.refused import Json, already_acknowledged, empty_message, flaw, unknown
from tests.discord_server.routes import Route
from tests.discord_server.world import World

NEW = {Reply.MESSAGE, Reply.DEFERRED_MESSAGE}
CHANGED = {Reply.DEFERRED_UPDATE, Reply.UPDATE}
MOST_IN_MODAL, MOST_CHOICE = 5, 100


class Callbacks:
    """Each interaction is answered once, within three seconds, in a way that fits it."""

    def __init__(
        self,
        clock: Clock,
        world: World,
        asked: Mapping[int, Interaction],
        messages: Messages,
        files: Files,
    ) -> None:
        self._clock, self._world, self._asked = clock, world, asked
        self._messages, self._files = messages, files
        self.answer_within_s = ANSWER_WITHIN_S

    def handlers(self) -> dict[Route, Handler]:
        """By route."""
        return {Route.CALLBACK: self._post}

    def _post(self, call: Call) -> Answer:
        asked = self._asked.get(call.number("interaction_id"))
        if asked is None or asked.token != call.place["interaction_token"]:
            raise unknown("interaction")
        if asked.reply is not None:
            raise already_acknowledged()
        now = self._clock.now()
        if now - asked.asked_at > self.answer_within_s:
            raise unknown("interaction")
        form = call.body.form or {}
        reply = _reply(form.get("type"), asked)
        self._take(asked, reply, form.get("data") or {}, call.body)
        asked.reply, asked.replied_at = reply, now
        asked.bell.ring()
        if call.query.get("with_response", "").lower() not in ("1", "true"):
            return NOTHING
        return Answer(body=self._written(asked, reply))

    def _take(self, asked: Interaction, reply: Reply, form: Json, body: Body) -> None:
        match reply:
            case Reply.MESSAGE:
                if not form:
                    raise empty_message()
                private = Flag.EPHEMERAL in Flag(form.get("flags") or 0) or asked.forced_private
                frame = self.frame(asked, private=private)
                version = compose(Body(form=form, files=body.files), self._files, frame)
                self._first(asked, version)
            case Reply.DEFERRED_MESSAGE:
                flags = Flag(form.get("flags") or 0)
                if flags & ~Flag.EPHEMERAL:
                    message = "Only the flag EPHEMERAL can be set on a deferred answer."
                    raise flaw("data.flags", "INTERACTION_DEFER_FLAGS", message)
                if asked.forced_private:
                    flags |= Flag.EPHEMERAL
                now = self._clock.now()
                self._first(asked, Version(at=now, flags=flags | Flag.LOADING))
            case Reply.DEFERRED_UPDATE:
                asked.original = asked.source
            case Reply.UPDATE:
                source = asked.source
                assert source is not None
                frame = self.frame(asked, private=source.seen_by is not None)
                coming = Body(form=form, files=body.files)
                version = compose(coming, self._files, frame, source.now)
                self._messages.edit(source, version, at=self._clock.now())
                asked.original = source
            case Reply.CHOICES:
                _check_choices(asked, form.get("choices") or [])
                asked.choices = form.get("choices") or []
            case Reply.MODAL:
                _check_modal(form)
                asked.modal = {**form, "components": answered(form["components"], {})}

    def frame(self, asked: Interaction, *, private: bool) -> Frame:
        """How messages that answer this interaction are read."""
        return Frame(
            channel=asked.channel.id,
            at=self._clock.now(),
            upload_limit=asked.upload_limit,
            usual_pings=FOR_INTERACTIONS,
            private=private,
            settable=SETTABLE | Flag.EPHEMERAL,
        )

    def _first(self, asked: Interaction, version: Version) -> None:
        message = self.message(asked, version)
        asked.original = message
        self._messages.add(message)

    def message(self, asked: Interaction, version: Version) -> Message:
        """A new one that answers this interaction."""
        return Message(
            id=self._clock.new_id(),
            channel=asked.channel,
            author=self._world.bot,
            versions=[version],
            seen_by=asked.user if Flag.EPHEMERAL in version.flags else None,
            interaction=asked,
        )

    def _written(self, asked: Interaction, reply: Reply) -> Json:
        told: Json = {"id": str(asked.id), "type": int(asked.kind)}
        told["channel_id"] = str(asked.channel.id)
        if asked.guild:
            told["guild_id"] = str(asked.guild.id)
        if not asked.original:
            return {"interaction": told}
        told["response_message_id"] = str(asked.original.id)
        told["response_message_loading"] = asked.original.loading
        told["response_message_ephemeral"] = asked.original.seen_by is not None
        if reply not in (Reply.MESSAGE, Reply.UPDATE):
            return {"interaction": told}
        message = self._messages.written(asked.original)
        return {"interaction": told, "resource": {"type": int(reply), "message": message}}


def _reply(number: Any, asked: Interaction) -> Reply:
    """The kind of answer, where it fits what was asked."""
    allowed = {
        Kind.COMMAND: NEW | {Reply.MODAL},
        Kind.COMPONENT: NEW | CHANGED | {Reply.MODAL},
        Kind.AUTOCOMPLETE: {Reply.CHOICES},
        Kind.MODAL: NEW | (CHANGED if asked.source else set()),
    }[asked.kind]
    if number not in allowed:
        message = f"Value must be one of {sorted(map(int, allowed))}."
        raise flaw("type", "BASE_TYPE_CHOICES", message)
    return Reply(number)


def _check_choices(asked: Interaction, choices: list[Json]) -> None:
    kind = focused_in(asked.data)["type"]
    for at, choice in enumerate(choices):
        place, value = f"data.choices.{at}", choice["value"]
        if not 1 <= len(choice["name"]) <= MOST_CHOICE:
            message = "Must be between 1 and 100 in length."
            raise flaw(f"{place}.name", "BASE_TYPE_BAD_LENGTH", message)
        if not isinstance(value, KINDS[kind]) or isinstance(value, bool):
            raise flaw(f"{place}.value", "BASE_TYPE_BAD_TYPE", "Not of the option's type.")
        if isinstance(value, str) and len(value) > MOST_CHOICE:
            message = "Must be 100 or fewer in length."
            raise flaw(f"{place}.value", "BASE_TYPE_MAX_LENGTH", message)


def focused_in(data: Json) -> Json:
    """The option that somebody is typing."""
    for option in data.get("options") or ():
        if option.get("focused"):
            return dict(option)
        if found := focused_in(option):
            return found
    return {}


def _check_modal(form: Json) -> None:
    components = form["components"]
    if not 1 <= len(components) <= MOST_IN_MODAL:
        raise flaw("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    if not 1 <= len(form["title"]) <= 45:
        raise flaw("data.title", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 45 in length.")
    seen: set[str] = set()
    for path, component in walk(components, ("data", "components")):
        custom = component.get("custom_id")
        if custom in seen:
            message = "Component custom id cannot be duplicated."
            where = ".".join(map(str, path))
            raise flaw(f"{where}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        seen.update([custom] if custom else [])
        labelled = path[-1] == "component" or component.get("label")
        if component["type"] == Part.INPUT and not labelled:
            where = ".".join(map(str, path))
            raise flaw(f"{where}.label", "BASE_TYPE_REQUIRED", "This field is required")
