"""The commands that the bot registered, everywhere and for single servers."""

from typing import Any

from tests.discord_server.call import NOTHING, Answer, Call, Handler
from tests.discord_server.clock import Clock
from tests.discord_server.command_rules import CHAT, flaws_in_commands
from tests.discord_server.refused import Json, Refused, invalid_form, missing_access, unknown
from tests.discord_server.routes import Route
from tests.discord_server.world import APPLICATION, World

NEW_PER_DAY = 200
EVERYWHERE = 0


class Commands:
    """By place: 0 is everywhere, else a server's id."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._clock, self._world = clock, world
        self._by_place: dict[int, list[Json]] = {}
        self._made: dict[int, list[float]] = {}

    def handlers(self) -> dict[Route, Handler]:
        """By route."""
        return {
            Route.COMMANDS: self._list,
            Route.GUILD_COMMANDS: self._list,
            Route.SYNC: self._replace,
            Route.SYNC_GUILD: self._replace,
            Route.ADD_COMMAND: self._add,
            Route.DELETE_COMMAND: self._delete,
        }

    def __iter__(self) -> Any:
        return iter([command for place in self._by_place.values() for command in place])

    def in_guild(self, guild: int | None) -> list[Json]:
        """What is offered in a server, or in direct messages: its own and those of everywhere."""
        return self._by_place.get(guild or -1, []) + self._by_place.get(EVERYWHERE, [])

    def _place(self, call: Call) -> int:
        if call.number("application_id") != APPLICATION:
            raise unknown("Application")
        if "guild_id" not in call.place:
            return EVERYWHERE
        guild = self._world.guilds.get(call.number("guild_id"))
        if guild is None or not guild.has_app:
            raise missing_access()
        return guild.id

    def _list(self, call: Call) -> Answer:
        return Answer(body=self._by_place.get(self._place(call), []))

    def _replace(self, call: Call) -> Answer:
        place, wanted = self._place(call), call.body.form or []
        return Answer(body=self._keep(place, wanted))

    def _add(self, call: Call) -> Answer:
        place, added = self._place(call), call.body.form
        key = (added.get("type") or CHAT, added["name"])
        there = self._by_place.get(place, [])
        others = [command for command in there if (command["type"], command["name"]) != key]
        kept = self._keep(place, [*others, added])
        return Answer(status=200 if len(others) < len(there) else 201, body=kept[-1])

    def _delete(self, call: Call) -> Answer:
        place = self._place(call)
        there = self._by_place.get(place, [])
        others = [command for command in there if int(command["id"]) != call.number("command_id")]
        if len(others) == len(there):
            raise unknown("application command")
        self._by_place[place] = others
        return NOTHING

    def _keep(self, place: int, wanted: list[Json]) -> list[Json]:
        flaws = list(flaws_in_commands(wanted))
        if flaws:
            raise invalid_form(*flaws)
        there = self._by_place.get(place, [])
        ids = {(command["type"], command["name"]): command["id"] for command in there}
        self._count(place, sum((c.get("type") or CHAT, c["name"]) not in ids for c in wanted))
        self._by_place[place] = [self._answered(command, place, ids) for command in wanted]
        return self._by_place[place]

    def _count(self, place: int, new: int) -> None:
        now = self._clock.now()
        today = [made for made in self._made.get(place, []) if made > now - 86_400]
        if len(today) + new > NEW_PER_DAY:
            message = "Max number of daily application command creates has been reached (200)"
            raise Refused(400, 30034, message)
        self._made[place] = today + [now] * new

    def _answered(self, command: Json, place: int, ids: dict[tuple[int, str], str]) -> Json:
        kind = command.get("type") or CHAT
        permissions = command.get("default_member_permissions")
        told: Json = {
            "id": ids.get((kind, command["name"])) or str(self._clock.new_id()),
            "application_id": str(APPLICATION),
            "version": str(self._clock.new_id()),
            "type": kind,
            "name": command["name"],
            "name_localizations": command.get("name_localizations"),
            "description": command.get("description") or "",
            "description_localizations": command.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "nsfw": bool(command.get("nsfw")),
            "integration_types": command.get("integration_types") or [0],
            "contexts": command.get("contexts"),
        }
        if command.get("options"):
            told["options"] = [_option(option) for option in command["options"]]
        if place:
            told["guild_id"] = str(place)
        else:
            told["dm_permission"] = command.get("dm_permission") is not False
        return told


def _option(option: Json) -> Json:
    told = {name: value for name, value in option.items() if value is not None}
    if "options" in told:
        told["options"] = [_option(inside) for inside in told["options"]]
    return told
