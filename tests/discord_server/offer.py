"""Which commands Discord offers to whom, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.discord_server.nouns import Channel, Guild, User
from tests.discord_server.options import NotOffered
from tests.discord_server.permissions import Permission
from tests.discord_server.refused import Json
from tests.discord_server.world import World

GUILD, BOT_DIRECT, PRIVATE = 0, 1, 2
GUILD_INSTALL, USER_INSTALL = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somebody somewhere: what they may do there and whose installation of the app counts."""

    user: User
    channel: Channel
    guild: Guild | None
    permissions: Permission

    @property
    def context(self) -> int:
        """A server, a talk with the bot, or one without it."""
        if self.guild:
            return GUILD
        return PRIVATE if self.channel.foreign else BOT_DIRECT

    @property
    def of_guild(self) -> bool:
        """Whether the app is installed here; in a talk with the bot that always counts."""
        return self.guild.has_app if self.guild else not self.channel.foreign

    @property
    def forced_private(self) -> bool:
        """Whether what a stranger's app answers is shown to that stranger alone."""
        here = self.guild is not None and not self.guild.has_app
        return here and Permission.USE_EXTERNAL_APPS not in self.permissions


def place_of(world: World, user: User, channel: Channel) -> Place:
    """The world as it is now, whatever the caller's nouns say."""
    user, channel = world.users[user.id], world.channel(channel.id)
    guild = world.guild_of(channel)
    permissions = world.may(user, channel)
    if guild and Permission.VIEW_CHANNEL not in permissions:
        raise NotOffered(f"{user.name} cannot see #{channel.name}.")
    return Place(user=user, channel=channel, guild=guild, permissions=permissions)


def offered(commands: Iterable[Json], place: Place, name: str, kind: int) -> Json:
    """The command of this name that this person is offered here."""
    named = [c for c in commands if c["name"] == name and c["type"] == kind]
    if not named:
        raise NotOffered(f"There is no command {name!r} here.")
    reasons = [_hindrance(command, place) for command in named]
    for command, reason in zip(named, reasons, strict=True):
        if reason is None:
            return command
    raise NotOffered(f"{name!r} is not offered to {place.user.name}: {reasons[0]}")


def _hindrance(command: Json, place: Place) -> str | None:
    kinds, contexts = command["integration_types"], command["contexts"]
    by_guild = place.of_guild and GUILD_INSTALL in kinds
    by_user = place.user.has_app and USER_INSTALL in kinds
    # A talk with the bot is open to commands of either kind.
    if not (by_guild or by_user or place.context == BOT_DIRECT):
        return "the app is not installed for this."
    if contexts is None:
        direct = command.get("dm_permission", True) is not False
        contexts = [GUILD, BOT_DIRECT] if direct else [GUILD]
    if place.context not in contexts:
        return f"its contexts are {contexts}."
    if command["nsfw"] and place.guild and not place.channel.age_restricted:
        return "it is for age-restricted channels."
    needed = command["default_member_permissions"]
    if place.guild and needed is not None:
        everything = Permission(int(needed))
        # 0 is nobody but administrators.
        if not everything or everything & ~place.permissions:
            administrator = Permission.ADMINISTRATOR in place.permissions
            return None if administrator else "permissions are missing."
    if place.guild and Permission.USE_APPLICATION_COMMANDS not in place.permissions:
        return "nobody may use commands there."
    return None


def leaf(command: Json, rest: list[str]) -> list[Json]:
    """The options of a command, or of the subcommand that the further words name."""
    options: list[Json] = command.get("options") or []
    for word in rest:
        found = [o for o in options if o["name"] == word and o["type"] in (1, 2)]
        if not found:
            raise NotOffered(f"{command['name']!r} has no subcommand {word!r}.")
        options = found[0].get("options") or []
    if any(option["type"] in (1, 2) for option in options):
        raise NotOffered(f"{command['name']!r} needs the name of a subcommand.")
    return options


def nested(command: Json, rest: list[str], options: list[Json]) -> list[Json]:
    """The filled options inside the subcommands that they belong to."""
    kinds, told = [], command.get("options") or []
    for word in rest:
        found = next(option for option in told if option["name"] == word)
        kinds.append(found["type"])
        told = found.get("options") or []
    for kind, word in zip(reversed(kinds), reversed(rest), strict=True):
        options = [{"type": kind, "name": word, "options": options}]
    return options
