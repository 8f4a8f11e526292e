"""Whether somebody may ask for pictures, or show them, before anything is done about it."""

from bot.app import App
from bot.discord.arrival.asked import Interaction, owner_of, roles_of
from engine.accounts import Standing
from engine.allowance import require_possible, require_unblocked
from engine.clock import utc_now


async def require_admitted(app: App, interaction: Interaction) -> None:
    """Raises Rejected in the words that the request itself would be refused with."""
    app.line.require_open()
    standing = await _unblocked(app, interaction)
    waiting = app.line.waiting.of(owner_of(interaction).id)
    require_possible(standing.allowance, pixels=0, steps=0, waiting=waiting)


async def require_heard(app: App, interaction: Interaction) -> None:
    """Raises QuotaExceeded of who is blocked: they show nothing to others either."""
    await _unblocked(app, interaction)


async def _unblocked(app: App, interaction: Interaction) -> Standing:
    owner, now = owner_of(interaction), utc_now()
    standing = await app.accounts.standing(owner.id, now, roles_of(interaction))
    if standing.block is not None:
        require_unblocked(standing.block.why, standing.block.until, now)
    return standing
