"""The use cases of choosing: a default that could not be painted is refused at once."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from engine.accounts import Act
from engine.card import ModelCard, card_named
from engine.choices import Choices, Chosen, Kind, Whose, completed
from engine.errors import InvalidRequest
from engine.job import Recipe
from engine.preferences import GROUPS, Completed, changed_preferences
from engine.request import ImageRequest
from engine.rules import require_shown
from engine.safety import Measure, Policy, stricter
from engine.server import ServerSettings, changed_settings
from engine.spot import Spot

A_REQUEST = ImageRequest(prompt="a fox")
"""One that says nothing but its prompt, and so gets every default."""
ONLY_OF_SERVERS = "Only a server has such settings. Name a server instead of a person."


class Chooser:
    """Changes what people and servers chose, for whoever may do that.

    `safety` is what the program itself does with unsafe pictures.
    """

    def __init__(self, *, choices: Choices, cards: Mapping[str, ModelCard], safety: Policy) -> None:
        self._choices = choices
        self._cards = cards
        self._safety = safety

    async def chosen(self, whose: Whose) -> Chosen:
        if whose.kind is Kind.PERSON:
            return await self._choices.chosen(whose.id)
        return await self._choices.chosen(None, whose.id)

    async def set_preferences(
        self,
        whose: Whose,
        change: Mapping[str, Any],
        act: Act,
        *,
        forget: Collection[str] = (),
    ) -> tuple[str, ...]:
        """Answers which of the other defaults cannot be taken beside these. Raises InvalidRequest.

        What was chosen earlier and is impossible by now is no reason to refuse.
        """
        chosen = await self.chosen(whose)
        before = chosen.person if whose.kind is Kind.PERSON else chosen.server
        after = changed_preferences(before, change, frozenset(forget))
        person = whose.kind is Kind.PERSON
        afterwards = replace(chosen, person=after) if person else replace(chosen, server=after)
        passed_over = self._completed(afterwards).passed_over
        for each in passed_over:
            if not change.keys().isdisjoint(GROUPS[each.group]):
                raise each.why
        await self._choices.set_preferences(whose, change, act, forget=forget)
        return tuple(each.phrase for each in passed_over)

    async def set_settings(
        self, whose: Whose, change: Mapping[str, Any], act: Act, *, forget: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Answers which of the server's defaults cannot be taken with these. Raises
        InvalidRequest."""
        if whose.kind is Kind.PERSON:
            raise InvalidRequest(ONLY_OF_SERVERS)
        named = dict(change)
        if "models" in change:
            named["models"] = [card_named(name, self._cards).name for name in change["models"]]
        chosen = await self.chosen(whose)
        after = changed_settings(chosen.settings, named, frozenset(forget))
        for measure in _wanted(after) - _wanted(chosen.settings):
            self._require_stricter(measure)
        await self._choices.set_settings(whose.id, named, act, forget=forget)
        return self.passed_over(replace(chosen, settings=after))

    async def require_shown(self, recipe: Recipe, server: str | None, spot: Spot) -> None:
        """Raises InvalidRequest where a picture that there is must not be shown to others."""
        chosen = await self._choices.chosen(None, server)
        require_shown(recipe, chosen.settings, spot, self._safety)

    def passed_over(self, chosen: Chosen) -> tuple[str, ...]:
        """Which of these defaults cannot be taken, and why."""
        return self._completed(chosen).notes

    def _completed(self, chosen: Chosen) -> Completed:
        return completed(A_REQUEST, chosen, self._cards)

    def _require_stricter(self, measure: Measure) -> None:
        here = self._safety.measure
        if measure == here:
            return
        if stricter(here, measure) == here:
            raise InvalidRequest(
                "The safety is {measure} everywhere, and a server can only be stricter than that.",
                measure=here,
            )
        if self._safety.model is None:
            raise InvalidRequest(
                "There is no model here that looks at pictures. Name the folder of one by "
                "EASEL_SAFETY_MODEL first."
            )


def _wanted(settings: ServerSettings) -> set[Measure]:
    """All that a server wants done with unsafe pictures somewhere."""
    measures = (settings.safety, settings.safety_adult, *dict(settings.safety_channels).values())
    return {measure for measure in measures if measure is not None}
