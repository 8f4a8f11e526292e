"""Tariff: what pictures cost, by how long each painter was seen to take for them."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

from engine.job import Recipe
from engine.price import Speed, Speeds, priced

UNNAMED = ""
"""What was learned before it was kept by painter holds for whoever paints."""


class Tariff:
    """Nobody knows who will paint a picture, so its price is what it takes on average.

    What was learned of painters that are not there any more counts until somebody is.
    """

    def __init__(self, learned: Mapping[str, Speeds] | None = None) -> None:
        self._speeds = dict(learned or {})

    def welcome(self, painters: Collection[str]) -> None:
        """These paint from now on, by their names; what was learned of others is forgotten."""
        unnamed = self._speeds.get(UNNAMED, Speeds()).learned
        self._speeds = {
            name: self._speeds.get(name) or Speeds.from_learned(unnamed) for name in painters
        }

    def knows(self, recipe: Recipe, painter: str | None = None) -> bool:
        """True once that painter, or one of them, has painted with its model or measured it."""
        asked = self._speeds.values() if painter is None else [self._of(painter)]
        return any(speeds.knows(recipe) for speeds in asked)

    def expect(self, recipe: Recipe, speed: Speed, painter: str) -> None:
        """What the painter measured of a plain recipe, where it has painted none yet."""
        self._of(painter).expect(recipe, speed)

    def observe(self, recipe: Recipe, seconds: float, painter: str) -> None:
        self._of(painter).observe(recipe, seconds)

    def seconds(self, recipe: Recipe) -> float:
        """On average of those who know it; else of all, who guess."""
        all_of_them = list(self._speeds.values()) or [Speeds()]
        known = [speeds for speeds in all_of_them if speeds.knows(recipe)] or all_of_them
        return sum(speeds.seconds(recipe) for speeds in known) / len(known)

    def price(self, recipes: Sequence[Recipe]) -> float:
        """Credits, to the cent. Only nothing at all is free."""
        return priced([self.seconds(recipe) for recipe in recipes])

    @property
    def learned(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """By painter, as JSON can be made of it."""
        return {name: self._speeds[name].learned for name in sorted(self._speeds)}

    def to_json(self) -> str:
        return json.dumps(self.learned)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises ValueError where `to_json` did not write that."""
        try:
            told = json.loads(text)
        except RecursionError as error:
            raise ValueError("these are no learned speeds") from error
        if isinstance(told, list):
            told = {UNNAMED: told}
        if not isinstance(told, dict):
            raise ValueError("these are no learned speeds")
        return cls({name: Speeds.from_learned(rows) for name, rows in told.items()})

    def _of(self, painter: str) -> Speeds:
        return self._speeds.setdefault(painter, Speeds())
