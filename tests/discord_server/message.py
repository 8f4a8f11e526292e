"""A message as Discord keeps it, with everything that it said before."""

from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING

from tests.discord_server.attachment import Attachment
from tests.discord_server.components import Part, media_in, texts_in, walk
from tests.discord_server.mentions import NOBODY, Pings
from tests.discord_server.nouns import Channel, User
from tests.discord_server.refused import Json

if TYPE_CHECKING:
    from tests.discord_server.interaction import Interaction


class Flag(IntFlag):
    """Discord's own bits."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


PLAIN = Flag(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message says from some time on."""

    at: float
    content: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: Flag = PLAIN
    pings: Pings = NOBODY

    @property
    def text(self) -> str:
        """All words that a person reads on it, buttons apart."""
        words = [self.content] if self.content else []
        for embed in self.embeds:
            words += [embed[name] for name in ("title", "description") if embed.get(name)]
            words += [f"{field['name']}: {field['value']}" for field in embed.get("fields") or ()]
            words += [embed["footer"]["text"]] if embed.get("footer") else []
        return "\n".join(words + texts_in(self.components))


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press."""

    custom_id: str | None
    label: str
    style: int
    disabled: bool
    url: str | None


@dataclass(eq=False, kw_only=True)
class Message:
    """The newest version is what it says now. `seen_by` is set where only one person sees it."""

    id: int
    channel: Channel
    author: User
    versions: list[Version]
    seen_by: User | None = None
    interaction: "Interaction | None" = None
    replies_to: int | None = None
    nonce: str | int | None = None
    late_edits: int = 0
    deleted: bool = False

    @property
    def now(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def loading(self) -> bool:
        """Whether it still says only that the bot is thinking."""
        return Flag.LOADING in self.now.flags

    @property
    def text(self) -> str:
        """All words that a person reads on it now, buttons apart."""
        return self.now.text

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files that it has now."""
        return self.now.attachments

    @property
    def shown(self) -> tuple[Attachment, ...]:
        """The files that a person sees: of the newer components only those that name them."""
        if Flag.COMPONENTS_V2 not in self.now.flags:
            return self.attachments
        named = {
            media.get("attachment_id")
            for _, component in walk(self.now.components)
            for media in media_in(component)
        }
        return tuple(file for file in self.attachments if str(file.id) in named)

    @property
    def pings(self) -> Pings:
        """Everybody who was pinged by any version of it."""
        every = NOBODY
        for version in self.versions:
            every |= version.pings
        return every

    @property
    def buttons(self) -> list[Button]:
        """All that can be pressed, in reading order."""
        return [
            Button(
                custom_id=found.get("custom_id"),
                label=found.get("label") or (found.get("emoji") or {}).get("name", ""),
                style=found["style"],
                disabled=bool(found.get("disabled")),
                url=found.get("url"),
            )
            for _, found in walk(self.now.components)
            if found["type"] == Part.BUTTON
        ]

    def component(self, wanted: str) -> Json | None:
        """The button or select of this custom id or label."""
        for _, found in walk(self.now.components):
            if wanted in (found.get("custom_id"), found.get("label"), found.get("placeholder")):
                return found
        return None
