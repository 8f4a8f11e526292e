"""INTERACTION_CREATE as the gateway tells it."""

from tests.discord_server.interaction import Interaction
from tests.discord_server.messages import owners_of
from tests.discord_server.offer import place_of
from tests.discord_server.permissions import GUEST, Permission
from tests.discord_server.portrait import channel_of, member_of, user_of
from tests.discord_server.refused import Json
from tests.discord_server.world import APPLICATION, World


def payload_of(asked: Interaction, world: World, message: Json | None) -> Json:
    """All that Discord tells of an interaction, which is much more than a bot needs."""
    user, guild = asked.user, asked.guild
    place = place_of(world, user, asked.channel)
    here = channel_of(asked.channel)
    here["permissions"] = str(int(place.permissions))
    own = world.may(world.bot, asked.channel) if guild and guild.has_app else GUEST
    if not guild and not asked.channel.foreign:
        own |= Permission.USE_EXTERNAL_EMOJIS
    told: Json = {
        "id": str(asked.id),
        "application_id": str(APPLICATION),
        "type": int(asked.kind),
        "token": asked.token,
        "version": 1,
        "data": asked.data,
        "channel": here,
        "channel_id": str(asked.channel.id),
        "locale": user.locale,
        "context": place.context,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "app_permissions": str(int(own)),
        "attachment_size_limit": asked.upload_limit,
        "authorizing_integration_owners": owners_of(asked),
    }
    member = guild.member(user.id) if guild else None
    if guild and member:
        told["guild_id"] = str(guild.id)
        told["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
        told["guild_locale"] = guild.locale
        told["member"] = member_of(member, place.permissions)
    else:
        told["user"] = user_of(user)
    if message is not None:
        told["message"] = message
    return told
