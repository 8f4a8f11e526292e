"""Re-roll: the same words and settings with new seeds, for whoever asks."""

from bot.discord.asked import Interaction, is_private
from bot.discord.desk import Desk
from bot.discord.press import Press
from engine.request import ImageRequest


async def press_reroll(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = await desk.opened(interaction, private=is_private(interaction))
    if answer is None:
        return
    asked = (await desk.job(pressed.target)).request
    request = ImageRequest.model_validate({**asked.model_dump(), "seed": None})
    await desk.take(interaction, request, answer)
