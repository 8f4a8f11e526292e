"""The settings of a server: what moderators chose for everybody there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.filter import words_of
from engine.pattern import Patterns, is_pattern
from engine.request import MOST_TILES
from engine.safety import MEASURES, Measure
from engine.spot import Spot

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
            raise InvalidRequest(
                "{count} pictures at once is no limit. Take 1 to {most}.",
                count=most,
                most=MOST_TILES,
            )
        if len(self.refused) > MOST_WORDS:
            raise InvalidRequest(
                "{count} words are too many: {most} at most.",
                count=len(self.refused),
                most=MOST_WORDS,
            )
        if patterns := [word for word in self.refused if is_pattern(word)]:
            _require_patterns(patterns)
        for word in self.refused:
            if not words_of(word) or len(word) > LONGEST_WORD:
                raise InvalidRequest(
                    "“{word}” is no word that can be refused. Write it with letters, and {most} of "
                    "them at most.",
                    word=word[:60],
                    most=LONGEST_WORD,
                )
        for measure in (self.safety, self.safety_adult, *(one for _, one in self.safety_channels)):
            if measure is not None and measure not in MEASURES:
                raise InvalidRequest(
                    "The safety is {measures}, not “{measure}”.",
                    measures=", ".join(MEASURES),
                    measure=measure[:60],
                )
        own = [channel for channel, _ in self.safety_channels]
        if max(len(self.channels), len(own)) > MOST_CHANNELS:
            raise InvalidRequest(
                "{count} channels are too many: {most} at most. With none named, it answers in "
                "all.",
                count=max(len(self.channels), len(own)),
                most=MOST_CHANNELS,
            )
        named = () if self.audit_channel is None else (self.audit_channel,)
        for channel in (*self.channels, *own, *named):
            if not channel.strip() or len(channel) > LONGEST_ID or not channel.isprintable():
                raise InvalidRequest(
                    "That is no channel's id. They are long numbers, like 81384788765712384."
                )
        if self.language is not None and not LANGUAGE.fullmatch(self.language):
            raise InvalidRequest(
                "“{language}” is no language. Write it like en or pt-BR.",
                language=self.language[:60],
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

    def safety_at(self, spot: Spot) -> Measure | None:
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
                "None of the models that this server allows is here any more: {models}. A "
                "moderator must allow another: {others}.",
                models=", ".join(self.models),
                others=", ".join(cards),
            )
        return allowed


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
            raise InvalidRequest(
                "“{name}” is nothing that can be set for a server.", name=name[:60]
            )
    kept = {name: value for name, value in before.told.items() if name not in forget}
    return settings_of(kept | dict(change))


def _require_patterns(patterns: Sequence[str]) -> None:
    """Raises InvalidRequest."""
    Patterns(patterns)
    if (signs := sum(map(len, patterns))) > MOST_SIGNS:
        raise InvalidRequest(
            "All patterns together have {count:,} signs, and {most:,} are the most. Write some of "
            "them as words.",
            count=signs,
            most=MOST_SIGNS,
        )
