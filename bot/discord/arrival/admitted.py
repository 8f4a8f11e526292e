"""Whether somebody may ask for pictures at all, before a file of theirs takes room."""

from bot.app import App
from bot.discord.arrival.asked import Interaction, owner_of, roles_of
from engine.allowance import require_possible, require_unblocked
from engine.clock import utc_now
from engine.gate import require_open


async def require_admitted(app: App, interaction: Interaction) -> None:
    """Raises Rejected in the words that the request itself would be refused with."""
    require_open(app.line.gate)
    owner, now = owner_of(interaction), utc_now()
    standing = await app.accounts.standing(owner.id, now, roles_of(interaction))
    if standing.block is not None:
        require_unblocked(standing.block.why, standing.block.until, now)
    waiting = app.line.waiting.of(owner.id)
    require_possible(standing.allowance, pixels=0, steps=0, waiting=waiting)
