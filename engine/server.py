"""The settings of a server: what may be asked for there, and where Easel answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.filter import refused_word, words_of
from engine.job import Recipe, Tile
from engine.pattern import Patterns, is_pattern
from engine.request import MOST_TILES, ImageRequest
from engine.safety import MEASURES, Measure, Policy, stricter

MOST_WORDS, LONGEST_WORD = 500, 100
MOST_SIGNS = 1000
"""Of all patterns together: looking for them takes as much longer as they are."""
MOST_CHANNELS = 500
LONGEST_ID = 200
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """If you hold them, they can be kept.

    No models are all of them, and no channels too. `refused` are words, phrases and patterns that
    a prompt must not say. `safety` is what is done there with pictures that a classifier calls
    unsafe, where that is stricter than what is done everywhere: in age-restricted channels
    `safety_adult` where it is set, and in channels of their own what `safety_channels` say.
    Moderators' deeds are told in the `audit_channel`. `language` is like en or pt-BR.
    """

    models: tuple[str, ...] = ()
    most_pictures: int | None = None
    images: bool = True
    loras: bool = True
    refused: tuple[str, ...] = ()
    safety: Measure | None = None
    safety_adult: Measure | None = None
    safety_channels: tuple[tuple[str, Measure], ...] = ()
    channels: tuple[str, ...] = ()
    audit_channel: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        most = self.most_pictures
        if most is not None and not 1 <= most <= MOST_TILES:
            raise InvalidRequest(f"{most} pictures at once is no limit. Take 1 to {MOST_TILES}.")
        if len(self.refused) > MOST_WORDS:
            raise InvalidRequest(f"{len(self.refused)} words are too many: {MOST_WORDS} at most.")
        if patterns := [word for word in self.refused if is_pattern(word)]:
            _require_patterns(patterns)
        for word in self.refused:
            if not words_of(word) or len(word) > LONGEST_WORD:
                raise InvalidRequest(
                    f"“{word:.60}” is no word that can be refused. Write it with letters, and "
                    f"{LONGEST_WORD} of them at most."
                )
        for measure in (self.safety, self.safety_adult, *(one for _, one in self.safety_channels)):
            if measure is not None and measure not in MEASURES:
                raise InvalidRequest(f"The safety is {', '.join(MEASURES)}, not “{measure:.60}”.")
        own = [channel for channel, _ in self.safety_channels]
        if max(len(self.channels), len(own)) > MOST_CHANNELS:
            raise InvalidRequest(
                f"{max(len(self.channels), len(own))} channels are too many: {MOST_CHANNELS} at "
                "most. With none named, it answers in all."
            )
        named = () if self.audit_channel is None else (self.audit_channel,)
        for channel in (*self.channels, *own, *named):
            if not channel.strip() or len(channel) > LONGEST_ID or not channel.isprintable():
                raise InvalidRequest(
                    "That is no channel's id. They are long numbers, like 81384788765712384."
                )
        if self.language is not None and not LANGUAGE.fullmatch(self.language):
            raise InvalidRequest(
                f"“{self.language:.60}” is no language. Write it like en or pt-BR."
            )

    @property
    def told(self) -> dict[str, Any]:
        """What is not as it is where nobody set anything, as it can be stored."""
        return {
            field.name: list(value) if isinstance(value, tuple) else value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    def answers_in(self, channel: str) -> bool:
        return not self.channels or channel in self.channels

    def safety_at(self, spot: "Spot") -> Measure | None:
        """What is wanted there: of the channel itself, of its kind, of the whole server."""
        own = dict(self.safety_channels)
        for channel in spot.channels:
            if channel in own:
                return own[channel]
        return self.safety_adult if spot.adult and self.safety_adult else self.safety

    def allows_model(self, name: str) -> bool:
        return not self.models or name.lower() in {model.lower() for model in self.models}

    def cards(self, cards: Mapping[str, ModelCard]) -> Mapping[str, ModelCard]:
        """Those that may be used, in their order. Raises InvalidRequest where none is left."""
        allowed = {name: card for name, card in cards.items() if self.allows_model(card.name)}
        if not allowed:
            raise InvalidRequest(
                "None of the models that this server allows is here any more: "
                f"{', '.join(self.models)}. A moderator must allow another: {', '.join(cards)}."
            )
        return allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where on a server somebody asks: the channel first, then the one that it is a thread of."""

    channels: tuple[str, ...] = ()
    adult: bool = False


ANYWHERE = Spot()
NAMES = tuple(field.name for field in fields(ServerSettings))
FREE = ServerSettings()
"""Where nobody set anything, and where there is no server."""


def settings_of(told: Mapping[str, Any]) -> ServerSettings:
    """What `told` stored, also after it went through JSON. Names that a newer Easel wrote are
    passed over."""
    kept: dict[str, Any] = {name: _frozen(value) for name, value in told.items() if name in NAMES}
    return ServerSettings(**kept)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def changed_settings(
    before: ServerSettings, change: Mapping[str, Any], forget: frozenset[str] = frozenset()
) -> ServerSettings:
    """With the change, and with what is to be forgotten as it was at first. Raises
    InvalidRequest."""
    for name in (*change, *forget):
        if name not in NAMES:
            raise InvalidRequest(f"“{name:.60}” is nothing that can be set for a server.")
    kept = {name: value for name, value in before.told.items() if name not in forget}
    return settings_of(kept | dict(change))


def require_allowed(settings: ServerSettings, request: ImageRequest, tiles: Sequence[Tile]) -> None:
    """Raises InvalidRequest for what the server does not allow."""
    require_model(settings, tiles[0].recipe.model)
    if settings.most_pictures is not None and len(tiles) > settings.most_pictures:
        raise InvalidRequest(
            f"That is {len(tiles)} pictures, and {settings.most_pictures} at once is the most on "
            "this server. Lower the count or take out alternatives."
        )
    if request.pictures and not settings.images:
        raise InvalidRequest(
            "This server does not allow pictures to begin from or to follow. Ask with words alone."
        )
    if not settings.loras and any(tile.recipe.loras for tile in tiles):
        raise InvalidRequest("This server does not allow LoRAs. Take the <lora:…> out.")
    # Each prompt once: tiles of one prompt differ in their seeds.
    prompts = dict.fromkeys(tile.recipe.prompt for tile in tiles)
    if word := refused_word(prompts, settings.refused):
        raise InvalidRequest(f"This server refuses the word “{word}”. Say it otherwise.")


def require_model(settings: ServerSettings, name: str) -> None:
    if not settings.allows_model(name):
        raise InvalidRequest(
            f"This server does not allow the model {name}. It allows: {', '.join(settings.models)}."
        )


def measure_at(settings: ServerSettings, spot: Spot, policy: Policy) -> Measure | None:
    """What a picture is painted under there; None where it is what is done everywhere.

    Raises InvalidRequest where the server wants pictures looked at, and nothing here can.
    """
    wanted = settings.safety_at(spot)
    if stricter(policy.measure, wanted) == policy.measure:
        return None
    if policy.model is None:
        raise InvalidRequest(
            "This server wants every picture looked at, and there is no model here any more that "
            "does. Whoever runs Easel names one by EASEL_SAFETY_MODEL."
        )
    return wanted


def require_shown(recipe: Recipe, settings: ServerSettings, spot: Spot, policy: Policy) -> None:
    """Raises InvalidRequest for a picture that there is, and that would not be painted there now.

    The owner may have become stricter since, so what counts is what was done when it was painted.
    """
    if problem := _forbidden(recipe, settings):
        raise InvalidRequest(
            f"This server {problem}, so that picture cannot be shown here. Look at it alone, or "
            "show it somewhere else."
        )
    painted = stricter(policy.painted_under(recipe.hand), recipe.safety)
    if stricter(painted, stricter(policy.measure, settings.safety_at(spot))) != painted:
        raise InvalidRequest(
            "When that picture was painted, less was done about unsafe pictures than is done here "
            "now, so it cannot be shown here. Paint it again here, or look at it alone."
        )


def _forbidden(recipe: Recipe, settings: ServerSettings) -> str | None:
    """What the server has against a picture, but for what is seen on it."""
    if not settings.allows_model(recipe.model):
        return f"does not allow the model {recipe.model}"
    if not settings.loras and recipe.loras:
        return "does not allow LoRAs"
    if not settings.images and (recipe.image or recipe.controls or recipe.references):
        return "does not allow pictures to begin from or to follow"
    word = refused_word([recipe.prompt], settings.refused)
    return f"refuses the word “{word}”" if word else None


def _require_patterns(patterns: Sequence[str]) -> None:
    """Raises InvalidRequest."""
    Patterns(patterns)
    if (signs := sum(map(len, patterns))) > MOST_SIGNS:
        raise InvalidRequest(
            f"All patterns together have {signs:,} signs, and {MOST_SIGNS:,} are the most. Write "
            "some of them as words."
        )
