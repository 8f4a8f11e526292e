"""One's own: the model that is painted with where none is named, and the styles that there are."""

from collections.abc import Sequence

from bot.app import App
from engine.card import ModelCard
from engine.choices import Chosen, Kind, Whose
from engine.job import Owner
from engine.style import STYLES, Style, plain_name


def whose(owner: Owner) -> Whose:
    return Whose(kind=Kind.PERSON, id=owner.id)


async def chosen_by(app: App, owner: Owner) -> Chosen:
    return await app.chooser.chosen(whose(owner))


def own_model(app: App, chosen: Chosen) -> ModelCard:
    """The one that was chosen, as long as there is one of that name; else the first."""
    first = next(iter(app.cards.values()))
    wanted = (chosen.person.model or "").lower()
    return next((card for card in app.cards.values() if card.name.lower() == wanted), first)


def known_styles(chosen: Chosen) -> Sequence[Style]:
    """Those that a name may mean; of several with one name the first counts."""
    found: dict[str, Style] = {}
    for style in (*chosen.styles, *STYLES.values()):
        found.setdefault(plain_name(style.name), style)
    return list(found.values())
