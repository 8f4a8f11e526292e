"""What is deployed on Modal, told by a machine that has no card: so it costs next to nothing."""

from dataclasses import replace

from bot.modal_plan import SEATS
from bot.painters import cards_of
from bot.settings import Settings
from bot.version import version
from engine.child.messages import Failed, Ready
from engine.child.mishap import mishap_of
from engine.errors import EaselError
from engine.gpu.hand import ENGINE
from engine.rented.letter import Offer


def offer_there(settings: Settings) -> Offer:
    """By the settings of the machines that paint, as they were planned."""
    try:
        found = cards_of(settings)
    except EaselError as error:
        return Offer(version=version(), engine=Failed(mishap=mishap_of(error)))
    cards = {name: replace(card, hand=hand_there(settings)) for name, card in found.items()}
    return Offer(version=version(), engine=Ready(cards=cards, seats=SEATS))


def hand_there(settings: Settings) -> str:
    """How pictures come about there. What unsafe ones are checked by is part of it, or what was
    checked would be taken for unchecked."""
    precision = "float32" if settings.modal_gpu == "none" else "float16"
    where = "cpu" if settings.modal_gpu == "none" else settings.modal_gpu
    told = (f"engine {ENGINE}", f"{where} on Modal", precision, settings.safety_policy.hand)
    return ", ".join(filter(None, told))
