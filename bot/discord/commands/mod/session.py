"""A session: one call of a moderator, who may, is answered alone, and whose deeds are told."""

import logging
from dataclasses import dataclass
from typing import Self

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.rights import require_moderator, require_trusted
from bot.discord.messages.parts import Post, sentence, text
from bot.discord.moderators.audit_channel import act_of, tell_deeds, unheard
from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.errors import EaselError
from engine.server import ServerSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """If you hold one, they may. `whose` is the server where they asked."""

    desk: Desk
    answer: Answer
    act: Act
    whose: Whose

    @classmethod
    async def opened(
        cls,
        desk: Desk,
        interaction: Interaction,
        *,
        why: str = "",
        sets: bool = False,
        for_all: bool = False,
        how: How = How.PRIVATE,
    ) -> Self | None:
        """None where nobody waits for an answer. Raises InvalidRequest.

        `sets` is for what is set for a whole server, `for_all` for what counts on every server.
        """
        require_moderator(interaction, sets=sets)
        if for_all:
            require_trusted(interaction)
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(how):
            return None
        whose = Whose(kind=Kind.SERVER, id=server_of(interaction) or "")
        return cls(desk=desk, answer=answer, act=act_of(interaction, why), whose=whose)

    async def settings(self) -> ServerSettings:
        return (await self.desk.app.choices.chosen(None, self.whose.id)).settings

    async def done(self, answer: Post | str) -> None:
        """It counts from now on; whoever did it is told, and then the server."""
        try:
            await self.desk.app.caretaker.notice_deeds()
        except EaselError as error:
            log.warning("what a moderator did counts a little later: %s", error)
        post = _post(answer)
        await self.show(post)
        await tell_deeds(self.desk)
        if words := unheard(self.desk, self.whose.id):
            await self.show(Post(parts=(*post.parts, text(words)), uploads=post.uploads))

    async def show(self, answer: Post | str) -> None:
        await self.answer.show(_post(answer))


def _post(answer: Post | str) -> Post:
    return sentence(answer) if isinstance(answer, str) else answer
