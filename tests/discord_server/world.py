"""Everybody and every place of the moment, by their ids."""

from collections.abc import Iterable
from dataclasses import replace

from tests.discord_server.clock import Clock
from tests.discord_server.nouns import Channel, Guild, User
from tests.discord_server.permissions import DIRECT, Permission, permissions_in
from tests.discord_server.refused import closed_ears, missing_access, missing_permissions, unknown
from tests.discord_server.village import BOT, ELSEWHERE, PEOPLE, PICTURES, TETE_A_TETE

APPLICATION = BOT.id


class World:
    """The nouns are frozen; a change puts another one in their place."""

    def __init__(
        self,
        clock: Clock,
        people: Iterable[User] = PEOPLE,
        guilds: Iterable[Guild] = (PICTURES, ELSEWHERE),
    ) -> None:
        self._clock = clock
        self.bot = BOT
        self.public = False
        """Whether anybody may ask the bot in."""
        self.users = {user.id: user for user in people}
        self.guilds = {guild.id: guild for guild in guilds}
        self._direct: dict[int, Channel] = {}

    def put(self, guild: Guild) -> None:
        """A server as it is from now on, and whoever is new with it."""
        self.guilds[guild.id] = guild
        self.users.update({member.user.id: member.user for member in guild.members})

    def put_channel(self, channel: Channel) -> None:
        """A channel as it is from now on."""
        guild = self.guilds[channel.guild or 0]
        others = tuple(other for other in guild.channels if other.id != channel.id)
        self.put(replace(guild, channels=(*others, channel)))

    def drop_channel(self, channel: Channel) -> None:
        """Somebody deleted it."""
        guild = self.guilds[channel.guild or 0]
        kept = tuple(other for other in guild.channels if other.id != channel.id)
        self.put(replace(guild, channels=kept))

    def channel(self, channel_id: int) -> Channel:
        """The channel of this id, or Discord's refusal."""
        for guild in self.guilds.values():
            for channel in guild.channels:
                if channel.id == channel_id:
                    return channel
        for channel in (*self._direct.values(), TETE_A_TETE):
            if channel.id == channel_id:
                return channel
        raise unknown("Channel")

    def direct(self, user: User) -> Channel:
        """The channel of the bot and this person."""
        if user.id not in self._direct:
            self._direct[user.id] = Channel(id=self._clock.new_id(), recipient=user)
        return self._direct[user.id]

    def guild_of(self, channel: Channel) -> Guild | None:
        """The server that the channel is in; None for direct messages."""
        return None if channel.guild is None else self.guilds[channel.guild]

    def may(self, user: User, channel: Channel) -> Permission:
        """What somebody may do in a channel."""
        guild = self.guild_of(channel)
        if guild is None:
            return DIRECT
        member = guild.member(user.id)
        return Permission(0) if member is None else permissions_in(guild, member, channel)

    def seen_by_bot(self, channel_id: int) -> Channel:
        """The channel, where the bot is a member of its server and can see it."""
        channel = self.channel(channel_id)
        guild = self.guild_of(channel)
        if channel.foreign or (guild and not guild.has_app):
            raise missing_access()
        if Permission.VIEW_CHANNEL not in self.may(self.bot, channel):
            raise missing_access()
        return channel

    def open_to_bot(self, channel_id: int, *, files: bool) -> Channel:
        """The channel, where the bot may send what it wants to send."""
        channel = self.seen_by_bot(channel_id)
        recipient = channel.recipient
        if recipient and not self.users[recipient.id].takes_messages:
            raise closed_ears()
        needed = Permission.SEND_MESSAGES | (Permission.ATTACH_FILES if files else 0)
        if needed & ~self.may(self.bot, channel):
            raise missing_permissions()
        return channel
