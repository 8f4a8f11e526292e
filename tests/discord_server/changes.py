"""What becomes different on Discord while the bot is there, and how it hears of that."""

from dataclasses import replace

from tests.discord_server.gateway import Gateway
from tests.discord_server.nouns import Channel, Guild, Member, User
from tests.discord_server.portrait import channel_of, guild_of
from tests.discord_server.world import World


class Changes:
    """Puts another noun in the place of one that has the same id."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world, self._gateway = world, gateway

    def put_channel(self, channel: Channel) -> None:
        """Somebody changed a channel, for instance what the bot may do there."""
        self._world.put_channel(channel)
        self._gateway.dispatch("CHANNEL_UPDATE", channel_of(channel))

    def drop_channel(self, channel: Channel) -> None:
        """Somebody deleted a channel."""
        self._world.drop_channel(channel)
        self._gateway.dispatch("CHANNEL_DELETE", channel_of(channel))

    def put_guild(self, guild: Guild) -> None:
        """A server is other than it was; the bot may have been asked in or thrown out."""
        before = self._world.guilds.get(guild.id)
        self._world.put(guild)
        told = guild_of(guild, self._world.bot)
        was_in = before is not None and before.has_app
        if was_in and not guild.has_app:
            self._gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)})
        elif guild.has_app:
            self._gateway.dispatch("GUILD_UPDATE" if was_in else "GUILD_CREATE", told)

    def put_user(self, user: User) -> None:
        """Somebody is other than they were, in every server that they are in."""
        self._world.users[user.id] = user
        for guild in list(self._world.guilds.values()):
            members = tuple(_with(member, user) for member in guild.members)
            self._world.put(replace(guild, members=members))


def _with(member: Member, user: User) -> Member:
    return replace(member, user=user) if member.user.id == user.id else member
