"""Models: what can be painted with here, what each is good at, and what its pictures cost."""

from typing import Any

from discord import app_commands

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.arrival.usual import USUAL, usual_quote
from bot.discord.commands.everywhere import everywhere
from bot.discord.looks import models as looks_models
from bot.discord.looks.models import Priced
from bot.discord.speech.words import say
from engine.request import ImageRequest


def add_models(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("models.about"))
    @everywhere
    async def models(interaction: Interaction) -> None:
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        settings = (await desk.app.choices.chosen(None, server_of(interaction))).settings
        usual = await usual_quote(desk, interaction)
        default = usual.tiles[0].recipe.model if usual else None
        cards = settings.cards(desk.app.cards).values()
        priced = [await _priced(desk, card.name) for card in cards]
        await answer.show(looks_models.models(priced, default=default))


async def _priced(desk: Desk, model: str) -> Priced:
    """As the model likes it best, whatever anybody chose."""
    request = ImageRequest.model_validate({**USUAL.model_dump(exclude_unset=True), "model": model})
    quote = await desk.app.studio.quote(request)
    recipe = quote.tiles[0].recipe
    return Priced(
        card=desk.app.cards[model], price=quote.price, measured=desk.app.tariff.knows(recipe)
    )
