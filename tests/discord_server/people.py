"""What people do on Discord, as the bot hears of it."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from tests.discord_server.attachment import Files
from tests.discord_server.clock import Clock
from tests.discord_server.command_rules import CHAT, MESSAGE
from tests.discord_server.commands import Commands
from tests.discord_server.components import LINK, SELECTS, Part
from tests.discord_server.gateway import Gateway
from tests.discord_server.interaction import Interaction, Kind, Reply
from tests.discord_server.message import Message, Version
from tests.discord_server.messages import Messages
from tests.discord_server.modal import answers_of
from tests.discord_server.nouns import Channel, Upload, User
from tests.discord_server.offer import Place, leaf, nested, offered, place_of
from tests.discord_server.options import Form, NotOffered
from tests.discord_server.payload import payload_of
from tests.discord_server.permissions import Permission
from tests.discord_server.refused import Json
from tests.discord_server.world import World


class People:
    """Everything a person can do is checked as Discord's own window would, then dispatched."""

    def __init__(
        self,
        clock: Clock,
        world: World,
        commands: Commands,
        messages: Messages,
        files: Files,
        gateway: Gateway,
    ) -> None:
        self._clock, self._world, self._commands = clock, world, commands
        self._messages, self._files, self._gateway = messages, files, gateway
        self.by_id: dict[int, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}
        # Changes the next payload before it goes out; used up.
        self.spoil: Callable[[Json], object] | None = None

    async def command(
        self, user: User, channel: Channel, name: str, /, **options: Any
    ) -> Interaction:
        """Use a slash command; a subcommand follows its command's name after a space."""
        place = place_of(self._world, user, channel)
        command, rest, told = self._chosen(place, name)
        filled = self._form(place).fill(told, options)
        data = _data_of(command, nested(command, rest, filled.options))
        if filled.resolved:
            data["resolved"] = filled.resolved
        return self._ask(Kind.COMMAND, place, data)

    async def autocomplete(
        self, user: User, channel: Channel, name: str, option: str, typed: str, /, **options: Any
    ) -> list[Json]:
        """Type into an option; what is offered then."""
        asked = self.asking(user, channel, name, option, typed, **options)
        await asked.replied()
        return asked.choices

    def asking(
        self, user: User, channel: Channel, name: str, option: str, typed: str, /, **options: Any
    ) -> Interaction:
        """Type into an option without waiting for what is offered."""
        place = place_of(self._world, user, channel)
        command, rest, told = self._chosen(place, name)
        filled = self._form(place).guess(told, option, typed, options)
        data = _data_of(command, nested(command, rest, filled.options))
        return self._ask(Kind.AUTOCOMPLETE, place, data)

    async def menu(self, user: User, message: Message, name: str) -> Interaction:
        """Use a command from a message's menu."""
        place = self._seen(user, message)
        here = self._commands.in_guild(place.guild.id if place.of_guild and place.guild else None)
        command = offered(here, place, name, MESSAGE)
        data = _data_of(command, [])
        del data["options"]
        data["target_id"] = str(message.id)
        data["resolved"] = {"messages": {str(message.id): self._messages.written(message)}}
        return self._ask(Kind.COMMAND, place, data)

    async def press(self, user: User, message: Message, button: str) -> Interaction:
        """Press a button, named by its custom id or its label."""
        place, found = self._seen(user, message), message.component(button)
        if not found or found["type"] != Part.BUTTON or found["style"] == LINK:
            labels = [known.label or known.custom_id for known in message.buttons]
            raise NotOffered(f"There is no button {button!r}; there are {labels}.")
        return self._touch(place, message, found, {})

    async def select(self, user: User, message: Message, name: str, *values: str) -> Interaction:
        """Choose from a select, named by its custom id or placeholder; values or labels."""
        place, found = self._seen(user, message), message.component(name)
        if not found or found["type"] not in SELECTS:
            raise NotOffered(f"There is no select {name!r}.")
        if not found["min_values"] <= len(values) <= found["max_values"]:
            raise NotOffered(f"{name!r} takes other than {len(values)} values.")
        if found["type"] == Part.SELECT:
            known = {option["label"]: option["value"] for option in found["options"]}
            if any(value not in known and value not in known.values() for value in values):
                raise NotOffered(f"{values} are not all among {known}.")
            values = tuple(known.get(value, value) for value in values)
        return self._touch(place, message, found, {"values": list(values)})

    async def submit(self, asked: Interaction, answers: Mapping[str, Any]) -> Interaction:
        """Fill in the modal that the bot answered with; what is not given stays as it was."""
        if await asked.replied() is not Reply.MODAL or asked.modal is None:
            raise NotOffered("The bot did not answer with a modal.")
        place = place_of(self._world, asked.user, asked.channel)
        form = self._form(place)
        data = {"custom_id": asked.modal["custom_id"], **answers_of(asked.modal, answers, form)}
        return self._ask(Kind.MODAL, place, data, source=asked.source, trigger=asked)

    async def say(self, user: User, channel: Channel, words: str, *uploads: Upload) -> Message:
        """Write a message oneself."""
        place = place_of(self._world, user, channel)
        kept = tuple(self._files.keep(channel.id, upload) for upload in uploads)
        version = Version(at=self._clock.now(), content=words, attachments=kept)
        message = Message(
            id=self._clock.new_id(), channel=place.channel, author=place.user, versions=[version]
        )
        return self._messages.add(message)

    async def again(self, asked: Interaction, times: int = 1) -> None:
        """Tell the bot of the same interaction once more, as Discord sometimes does."""
        for _ in range(times):
            self._gateway.dispatch("INTERACTION_CREATE", self._payload(asked))

    def forget(self, before: float) -> None:
        """What was asked so long ago that no token of it opens anything."""
        for one in [one for one in self.by_id.values() if one.asked_at < before]:
            del self.by_id[one.id], self.by_token[one.token]

    def _chosen(self, place: Place, name: str) -> tuple[Json, list[str], list[Json]]:
        first, *rest = name.split()
        here = self._commands.in_guild(place.guild.id if place.of_guild and place.guild else None)
        command = offered(here, place, first, CHAT)
        return command, rest, leaf(command, rest)

    def _form(self, place: Place) -> Form:
        def may(channel: Channel) -> Permission:
            return self._world.may(place.user, channel)

        return Form(self._files, place.channel, place.guild, may)

    def _seen(self, user: User, message: Message) -> Place:
        if message.deleted or (message.seen_by and message.seen_by.id != user.id):
            raise NotOffered(f"{user.name} does not see this message.")
        return place_of(self._world, user, message.channel)

    def _touch(self, place: Place, message: Message, found: Json, more: Json) -> Interaction:
        if found.get("disabled"):
            raise NotOffered(f"{found.get('label') or found['custom_id']!r} is switched off.")
        data = {"custom_id": found["custom_id"], "component_type": found["type"], "id": found["id"]}
        return self._ask(Kind.COMPONENT, place, {**data, **more}, source=message)

    def _ask(
        self,
        kind: Kind,
        place: Place,
        data: Json,
        source: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        guild = place.guild
        asked = Interaction(
            id=self._clock.new_id(),
            token=secrets.token_urlsafe(60),
            kind=kind,
            user=place.user,
            channel=place.channel,
            guild=guild,
            data=data,
            asked_at=self._clock.now(),
            of_guild=place.of_guild,
            of_user=place.user.has_app,
            upload_limit=max(place.user.upload_limit, guild.upload_limit if guild else 0),
            source=source,
            trigger=trigger,
            forced_private=place.forced_private,
        )
        self.by_id[asked.id] = self.by_token[asked.token] = asked
        payload = self._payload(asked)
        if self.spoil:
            spoil, self.spoil = self.spoil, None
            spoil(payload)
        self._gateway.dispatch("INTERACTION_CREATE", payload)
        return asked

    def _payload(self, asked: Interaction) -> Json:
        message = self._messages.written(asked.source) if asked.source else None
        return payload_of(asked, self._world, message)


def _data_of(command: Json, options: list[Json]) -> Json:
    data: Json = {
        "id": command["id"],
        "name": command["name"],
        "type": command["type"],
        "options": options,
    }
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data
