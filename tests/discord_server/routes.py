"""The routes of Discord that the stand-in has, by the names that Discord's description gives."""

from enum import StrEnum


class Route(StrEnum):
    """The method and the path; a fault is put on one of these."""

    ME = "GET /users/@me"
    MY_APPLICATION = "GET /oauth2/applications/@me"
    GATEWAY = "GET /gateway"
    GATEWAY_BOT = "GET /gateway/bot"

    COMMANDS = "GET /applications/{application_id}/commands"
    ADD_COMMAND = "POST /applications/{application_id}/commands"
    SYNC = "PUT /applications/{application_id}/commands"
    DELETE_COMMAND = "DELETE /applications/{application_id}/commands/{command_id}"
    GUILD_COMMANDS = "GET /applications/{application_id}/guilds/{guild_id}/commands"
    SYNC_GUILD = "PUT /applications/{application_id}/guilds/{guild_id}/commands"

    CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    ORIGINAL = "GET /webhooks/{webhook_id}/{webhook_token}/messages/@original"
    EDIT_ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
    DELETE_ORIGINAL = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original"
    FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
    FOLLOWED_UP = "GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
    EDIT_FOLLOW_UP = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
    DELETE_FOLLOW_UP = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"

    MESSAGES = "GET /channels/{channel_id}/messages"
    MESSAGE = "GET /channels/{channel_id}/messages/{message_id}"
    SEND = "POST /channels/{channel_id}/messages"
    EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
    DELETE = "DELETE /channels/{channel_id}/messages/{message_id}"
    TYPING = "POST /channels/{channel_id}/typing"
    CHANNEL = "GET /channels/{channel_id}"

    OPEN_DIRECT = "POST /users/@me/channels"
    USER = "GET /users/{user_id}"
    MEMBER = "GET /guilds/{guild_id}/members/{user_id}"

    # Not of the API: the files of messages, which lie on another host on Discord.
    FILE = "GET /cdn/attachments/{channel_id}/{attachment_id}/{filename}"

    @property
    def method(self) -> str:
        """The verb."""
        return self.value.split()[0]

    @property
    def path(self) -> str:
        """Where, below the API's address."""
        return self.value.split()[1]

    @property
    def by_interaction(self) -> bool:
        """Whether the interaction's own token opens it, and the global limit leaves it alone."""
        return self.path.startswith(("/interactions", "/webhooks"))


def route_named(name: str) -> Route:
    """By its own name or by its method and path."""
    return Route(name) if " " in name else Route[name.upper()]
