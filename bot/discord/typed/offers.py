"""Names that are offered while somebody types: what there is at that moment, and fits."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from discord.app_commands import Choice

from bot.discord.arrival.asked import Interaction, owner_of, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.typed.completion import Wanted, unfinished
from bot.discord.typed.fuzzy import offered
from engine.addon import Kind
from engine.card import ModelCard
from engine.prompt import FLAGS
from engine.sampler import SAMPLERS
from engine.style import STYLES

Offer = Callable[[Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]


def offering_models(desk: Desk) -> Offer:
    """Those that may be used where it is asked."""

    async def models(interaction: Interaction, typed: str) -> list[Choice[str]]:
        settings = (await desk.app.choices.chosen(None, server_of(interaction))).settings
        known = [card.name for card in desk.app.cards.values() if settings.allows_model(card.name)]
        return choices(offered(typed, known))

    return models


def offering_samplers(desk: Desk) -> Offer:
    """Those that fit the model that was typed before."""

    async def samplers(interaction: Interaction, typed: str) -> list[Choice[str]]:
        card = card_typed(desk, interaction.namespace.model)
        return choices(offered(typed, card.samplers or tuple(SAMPLERS)))

    return samplers


def offering_styles(desk: Desk) -> Offer:
    """The person's own, the server's, and those that are built in."""

    async def styles(interaction: Interaction, typed: str) -> list[Choice[str]]:
        owner, server = owner_of(interaction).id, server_of(interaction)
        chosen = await desk.app.choices.chosen(owner, server)
        return choices(offered(typed, [*(style.name for style in chosen.styles), *STYLES]))

    return styles


def offering_prompts(desk: Desk) -> Offer:
    """What was typed with the name at its end completed; nothing where no name is open."""
    names: Mapping[Wanted, Offer] = {
        Wanted.LORA: offering_loras(desk),
        Wanted.MODEL: offering_models(desk),
        Wanted.SAMPLER: offering_samplers(desk),
        Wanted.STYLE: offering_styles(desk),
    }

    async def prompts(interaction: Interaction, typed: str) -> list[Choice[str]]:
        part = unfinished(typed)
        if part is None:
            return []
        match part.wanted:
            case Wanted.FLAG:
                known: Sequence[str] = FLAGS
            case Wanted.WILDCARD:
                known = tuple(desk.app.wildcards)
            case _:
                offer = names[part.wanted]
                known = [choice.value for choice in await offer(interaction, part.typed)]
        return choices(part.completed(known))

    return prompts


def offering_loras(desk: Desk) -> Offer:
    """Those that lie in the data folder now and fit the model that was typed before."""

    async def loras(interaction: Interaction, typed: str) -> list[Choice[str]]:
        settings = (await desk.app.choices.chosen(None, server_of(interaction))).settings
        if not settings.loras:
            return []
        card = card_typed(desk, interaction.namespace.model)
        # It looks into folders.
        shelf = await asyncio.to_thread(desk.app.shelf)
        fitting = [addon.name for addon in shelf.of(Kind.LORA) if addon.fits(card)]
        return choices(offered(typed, fitting))

    return loras


def card_typed(desk: Desk, model: object) -> ModelCard:
    """The first where nothing was typed that there is."""
    cards = desk.app.cards
    typed = str(model).lower()
    return next((card for card in cards.values() if card.name.lower() == typed), None) or next(
        iter(cards.values())
    )


def choices(names: Iterable[str]) -> list[Choice[str]]:
    return [Choice(name=name, value=name) for name in names]
