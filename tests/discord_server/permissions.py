"""Discord's permissions, as far as they matter here, and how they add up in a channel."""

from enum import IntFlag

from tests.discord_server.nouns import Channel, Guild, Member


class Permission(IntFlag):
    """Discord's own bits."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    USE_EXTERNAL_APPS = 1 << 50


ALL = Permission((1 << 53) - 1)
USUAL = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.USE_EXTERNAL_APPS
)
# In a direct message everybody may do this.
DIRECT = USUAL
# What the bot may do by its answers where it is no member.
GUEST = Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE


def permissions_in(guild: Guild, member: Member, channel: Channel) -> Permission:
    """What the member may do there: roles, then the channel's overwrites."""
    if member.user.id == guild.owner:
        return ALL
    allowed = Permission(0)
    for role in guild.roles:
        if role.id == guild.id or role.id in member.roles:
            allowed |= Permission(role.permissions)
    if Permission.ADMINISTRATOR in allowed:
        return ALL
    for whom in ({guild.id}, set(member.roles), {member.user.id}):
        given = [overwrite for overwrite in channel.overwrites if overwrite.whom in whom]
        for overwrite in given:
            allowed &= ~Permission(overwrite.deny)
        for overwrite in given:
            allowed |= Permission(overwrite.allow)
    return allowed
