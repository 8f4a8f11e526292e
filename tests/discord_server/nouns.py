"""Who and what there is on Discord: users, roles, channels, members, servers."""

from dataclasses import dataclass, field

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody. `has_app` says that they installed the bot for themselves."""

    id: int
    name: str
    display: str | None = None
    bot: bool = False
    locale: str = "en-US"
    upload_limit: int = 10 * MEBIBYTE
    takes_messages: bool = True
    has_app: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """The role that has its server's id is everybody's."""

    id: int
    name: str
    permissions: int = 0
    mentionable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """What a role or a member may or may not do in one channel."""

    whom: int
    of_member: bool = False
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place for messages: of a server, or direct; `foreign` is one without the bot in it."""

    id: int
    name: str = ""
    guild: int | None = None
    age_restricted: bool = False
    overwrites: tuple[Overwrite, ...] = ()
    recipient: User | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in a server."""

    user: User
    roles: tuple[int, ...] = ()
    nick: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guild:
    """A server. `has_app` says that the bot is a member and its commands are there."""

    id: int
    name: str
    owner: int
    roles: tuple[Role, ...]
    channels: tuple[Channel, ...]
    members: tuple[Member, ...]
    locale: str = "en-US"
    upload_limit: int = 10 * MEBIBYTE
    system_channel: int | None = None
    has_app: bool = True

    def member(self, user: int) -> Member | None:
        """The member that this user is here."""
        return next((member for member in self.members if member.user.id == user), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody gives along with a command."""

    name: str
    content: bytes = field(repr=False)
    kind: str = "image/png"
