"""Users, members, channels and servers as Discord writes them."""

from tests.discord_server.nouns import Channel, Guild, Member, Role, User
from tests.discord_server.permissions import Permission
from tests.discord_server.refused import Json
from tests.discord_server.world import APPLICATION

JOINED = "2024-01-01T00:00:00+00:00"


def user_of(user: User) -> Json:
    """What everybody may know of somebody."""
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": user.display,
        "discriminator": "0" if not user.bot else "0001",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def self_of(user: User) -> Json:
    """What the bot may know of itself."""
    own = {"mfa_enabled": False, "locale": user.locale, "verified": True, "email": None}
    return {**user_of(user), **own}


def application_of(bot: User, owner: User, *, public: bool = False) -> Json:
    """What the bot's token says that it belongs to."""
    return {
        "id": str(APPLICATION),
        "name": "Easel",
        "icon": None,
        "description": "Paints.",
        "type": None,
        "bot": user_of(bot),
        "bot_public": public,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_of(owner),
        "approximate_guild_count": 1,
        "approximate_user_install_count": 1,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}, "1": {}},
    }


def role_of(role: Role) -> Json:
    """A role, everybody's included."""
    return {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "permissions": str(role.permissions),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member_of(member: Member, permissions: Permission | None = None) -> Json:
    """A member; with permissions where it comes along with an interaction."""
    written: Json = {
        "user": user_of(member.user),
        "nick": member.nick,
        "roles": [str(role) for role in member.roles],
        "avatar": None,
        "banner": None,
        "joined_at": JOINED,
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    if permissions is not None:
        written["permissions"] = str(int(permissions))
    return written


def channel_of(channel: Channel) -> Json:
    """A channel of a server, or a direct one."""
    if channel.guild is None:
        recipients = [user_of(channel.recipient)] if channel.recipient else []
        return {
            "id": str(channel.id),
            "type": 3 if channel.foreign else 1,
            "flags": 0,
            "recipients": recipients,
        }
    return {
        "id": str(channel.id),
        "type": 0,
        "guild_id": str(channel.guild),
        "name": channel.name,
        "position": 0,
        "flags": 0,
        "nsfw": channel.age_restricted,
        "topic": None,
        "parent_id": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "permission_overwrites": [
            {
                "id": str(overwrite.whom),
                "type": int(overwrite.of_member),
                "allow": str(overwrite.allow),
                "deny": str(overwrite.deny),
            }
            for overwrite in channel.overwrites
        ],
    }


def guild_of(guild: Guild, bot: User) -> Json:
    """A server as GUILD_CREATE tells it: without the members intent, only the bot is listed."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner),
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "discovery_splash": None,
        "features": [],
        "roles": [role_of(role) for role in guild.roles],
        "emojis": [],
        "stickers": [],
        "channels": [channel_of(channel) for channel in guild.channels],
        "threads": [],
        "members": [member_of(member) for member in guild.members if member.user.id == bot.id],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "member_count": len(guild.members),
        "large": False,
        "unavailable": False,
        "joined_at": JOINED,
        "preferred_locale": guild.locale,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "afk_timeout": 300,
        "afk_channel_id": None,
        "system_channel_id": str(guild.system_channel) if guild.system_channel else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "application_id": None,
    }
