"""Choices: the defaults, styles and settings that people and servers chose for themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from engine.accounts import Act
from engine.allowance import UNLIMITED, Allowance, require_possible
from engine.card import ModelCard, card_named
from engine.errors import InvalidRequest
from engine.preferences import NAMES, NONE, Completed, Preferences, with_defaults
from engine.request import ImageRequest
from engine.rules import require_model
from engine.server import FREE, LONGEST_ID, ServerSettings
from engine.style import Style, style_named
from engine.tiles import require_possible_steps, sampler_of, size_of


class Kind(StrEnum):
    """Who can choose something."""

    PERSON = "person"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """A person or a server. Ids say where they come from: `discord:42`, `local`."""

    kind: Kind
    id: str

    def __post_init__(self) -> None:
        if not self.id.strip() or len(self.id) > LONGEST_ID or not self.id.isprintable():
            raise InvalidRequest(f"That is no {self.kind}'s id. They look like discord:42.")

    def __str__(self) -> str:
        """As the audit calls it: a person is their id."""
        return self.id if self.kind is Kind.PERSON else f"server {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """All that was chosen by somebody, and by the server on which they ask."""

    person: Preferences = NONE
    server: Preferences = NONE
    settings: ServerSettings = FREE
    own_styles: tuple[Style, ...] = ()
    server_styles: tuple[Style, ...] = ()

    @property
    def styles(self) -> Sequence[Style]:
        """Those first that go before the others of their name."""
        return (*self.own_styles, *self.server_styles)


NOTHING_CHOSEN = Chosen()


async def nothing_chosen(owner: str | None, server: str | None = None) -> Chosen:
    return NOTHING_CHOSEN


def is_deed(whose: Whose, act: Act) -> bool:
    """What people choose for themselves is nothing that a moderator did."""
    return whose.kind is Kind.SERVER or whose.id != act.who


def told_change(whose: Whose, before: Preferences, after: Preferences) -> Mapping[str, Any]:
    """What the audit keeps of other defaults: of a person's only which, since there are words of
    theirs among them that nobody else is to read."""
    if whose.kind is Kind.SERVER:
        return {"before": before.told, "after": after.told}
    return {"changed": [name for name in NAMES if getattr(before, name) != getattr(after, name)]}


class Choices(Protocol):
    """Remembers what was chosen. Every call is one transaction.

    What is done to a server, or by one person to another, is in the audit.
    """

    async def chosen(self, owner: str | None, server: str | None = None) -> Chosen:
        """Of that person on that server; None is nobody, or nowhere."""
        ...

    async def set_preferences(
        self,
        whose: Whose,
        change: Mapping[str, Any],
        act: Act,
        *,
        forget: Collection[str] = (),
    ) -> None:
        """Change defaults, by the names of a request's fields. Raises InvalidRequest."""
        ...

    async def set_settings(
        self, server: str, change: Mapping[str, Any], act: Act, *, forget: Collection[str] = ()
    ) -> None:
        """Change a server's settings, by the names of their fields. Raises InvalidRequest."""
        ...

    async def add_style(self, whose: Whose, style: Style, act: Act) -> Style | None:
        """Answers the one of the same name whose place it takes. Raises InvalidRequest."""
        ...

    async def remove_style(self, whose: Whose, name: str, act: Act) -> Style:
        """Answers it. In any spelling of the name. Raises NotFound."""
        ...


def completed(
    request: ImageRequest,
    chosen: Chosen,
    cards: Mapping[str, ModelCard],
    allowance: Allowance = UNLIMITED,
) -> Completed:
    """The request with the defaults that can be painted here and that its owner may have; the
    server's under the person's."""

    def require(group: str, filled: ImageRequest) -> None:
        _require_paintable(group, filled, chosen, cards, allowance)

    whole = with_defaults(request, chosen.server, chosen.person, require=require)
    if whole.request.model is not None or not chosen.settings.models:
        return whole
    # Where the first model is not allowed, who names none gets the first that is.
    first = next(iter(chosen.settings.cards(cards).values()))
    named = whole.request.model_copy(update={"model": first.name})
    return Completed(request=named, passed_over=whole.passed_over)


def _require_paintable(
    group: str,
    request: ImageRequest,
    chosen: Chosen,
    cards: Mapping[str, ModelCard],
    allowance: Allowance,
) -> None:
    """Raises InvalidRequest where what the request says of that group cannot be had here."""
    first = next(iter(chosen.settings.cards(cards).values()))
    card = first if request.model is None else card_named(request.model, cards)
    match group:
        case "model":
            require_model(chosen.settings, card.name)
        case "size":
            width, height = size_of(request, card)
            require_possible(allowance, pixels=width * height, steps=1, waiting=0)
        case "sampler" | "steps":
            sampler = sampler_of(request, card)
            if request.steps is not None:
                require_possible_steps(sampler, request.steps)
            if request.steps is not None and group == "steps":
                require_possible(allowance, pixels=1, steps=request.steps, waiting=0)
        case "style" if request.style:
            style_named(request.style, chosen.styles)
        case "count":
            _require_few(request.count, chosen.settings.most_pictures)


def _require_few(count: int, most: int | None) -> None:
    if most is not None and count > most:
        raise InvalidRequest(
            "{count} pictures are more than {most}, which is the most here.", count=count, most=most
        )
