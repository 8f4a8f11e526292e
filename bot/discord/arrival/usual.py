"""The usual picture: what is painted where somebody says nothing but a prompt, and its price."""

from bot.discord.arrival.asked import Interaction, owner_of, roles_of, server_of
from bot.discord.arrival.desk import Desk
from engine.errors import Rejected
from engine.quote import Quote
from engine.request import ImageRequest

USUAL = ImageRequest(prompt="a fox", count=1, fresh=True)
"""One picture; `fresh`, since of what history has nobody learns the price."""


async def usual_quote(
    desk: Desk, interaction: Interaction, request: ImageRequest = USUAL
) -> Quote | None:
    """As whoever asks gets it there; None where it cannot be painted."""
    try:
        return await desk.app.studio.quote(
            request,
            owner_of(interaction),
            roles=roles_of(interaction),
            server=server_of(interaction),
        )
    except Rejected:
        return None
