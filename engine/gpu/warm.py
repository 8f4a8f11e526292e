"""Warm: the models that are loaded, as many of those that are served as fit into memory."""

import gc
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from engine.card import ModelCard
from engine.errors import OutOfMemory, PaintingFailed
from engine.gpu.easing import Easing
from engine.gpu.family import Family
from engine.gpu.switches.told import told_of
from engine.job import Recipe
from engine.ladder import Rung
from engine.made import Made

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Servable:
    """A model that can be loaded, and about how many bytes it will take."""

    card: ModelCard
    size: int
    load: Callable[[Collection[Rung]], Family]
    """On the rungs of the memory ladder that it needs."""


class Warm:
    """Belongs to the engine thread. What is held is never put away."""

    def __init__(
        self,
        models: Iterable[Servable],
        *,
        most: int | None = None,
        rungs: Collection[Rung] = (),
        possible: Collection[Rung] = (),
    ) -> None:
        """`most` is how many bytes all loaded models may take together.

        Every model is loaded on `rungs`, and on those of `possible` that it turns out to need.
        """
        self._models = {model.card.name: model for model in models}
        self._sizes = {name: model.size for name, model in self._models.items()}
        self._most = most
        self._families: OrderedDict[str, Family] = OrderedDict()
        self._held: Counter[str] = Counter()
        self._easings = {name: Easing(rungs, possible) for name in self._models}

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        return {name: model.card for name, model in self._models.items()}

    @property
    def loaded(self) -> tuple[str, ...]:
        """The one that was used longest ago first."""
        return tuple(self._families)

    @property
    def families(self) -> Sequence[Family]:
        """The same."""
        return tuple(self._families.values())

    def require(self, recipe: Recipe) -> str:
        """The name of the recipe's model. Raises PaintingFailed where it is not served."""
        model = self._models.get(recipe.model)
        # The same name with other weights would paint something else under the old recipe.
        if model is None or model.card.digest != recipe.digest:
            raise PaintingFailed(
                "The model “{model}” of that recipe is not loaded any more. Loaded: {others}. Ask "
                "for it again.",
                model=recipe.model,
                others=", ".join(self._models),
            )
        return recipe.model

    @classmethod
    def of(cls, families: Mapping[str, Family]) -> "Warm":
        """Models that are loaded already."""
        return cls(
            Servable(card=family.card, size=family.size, load=partial(_itself, family))
            for family in families.values()
        )

    def easing(self, name: str) -> Easing:
        """How it is loaded the next time."""
        return self._easings[name]

    def is_loaded(self, name: str) -> bool:
        return name in self._families

    def has_room_for(self, name: str) -> bool:
        """True where it is loaded, or can be without putting away what is held."""
        if name in self._families or name not in self._models:
            return True  # who asks for one that is not served is told so at once
        return to_put_away(name, self._sizes, self.loaded, +self._held, self._most) is not None

    def hold(self, name: str) -> Family:
        """Load it where it is not, putting idle ones away for it; `release` it as often."""
        family = self._families.get(name)
        if family is None:
            family = self._load(name)
        self._families.move_to_end(name)
        self._held[name] += 1
        return family

    def release(self, name: str) -> None:
        self._held[name] -= 1

    def put_one_away(self, spared: str | None = None) -> bool:
        """Put the idle model away that was used longest ago; False where none is idle."""
        for name in self.loaded:
            if not self._held[name] and name != spared:
                log.info("the model %s was put away to make room", name)
                del self._families[name]
                return True
        return False

    def forget_recordings(self) -> None:
        """What was recorded keeps memory, and can be recorded again."""
        for family in self.families:
            if family.tracks is not None:
                family.tracks.forget()

    def held_by_recordings(self) -> int:
        """Bytes that nothing else can have until they are forgotten."""
        tracks = [family.tracks for family in self.families]
        return sum(each.held for each in tracks if each is not None)

    @property
    def made(self) -> Mapping[str, tuple[Made, ...]]:
        """What was made ready of those that are loaded. In any thread."""
        return {family.card.name: told_of(family) for family in self.families}

    @property
    def has_idle(self) -> bool:
        return any(not self._held[name] for name in self._families)

    def _load(self, name: str) -> Family:
        idle = to_put_away(name, self._sizes, self.loaded, +self._held, self._most)
        if idle is None:
            raise OutOfMemory(f"There is no room for the model {name} beside what is painted.")
        for other in idle:
            log.info("the model %s was put away to make room for %s", other, name)
            del self._families[other]
        if idle:
            # A model and what was recorded of it hold each other.
            gc.collect()
        family = self._families[name] = self._models[name].load(self._easings[name].in_force)
        self._sizes[name] = family.size
        return family


def _itself(family: Family, rungs: Collection[Rung]) -> Family:
    return family


def to_put_away(
    wanted: str,
    sizes: Mapping[str, int],
    loaded: Collection[str],
    held: Collection[str],
    most: int | None,
) -> list[str] | None:
    """Which idle models must go so that the wanted one fits, the first of `loaded` first.

    None where it does not fit beside those that are held. One that is too large for the bound
    alone is tried all the same: the bound is a guess, and the only other answer is no.
    """
    if most is None:
        return []
    used = sum(sizes[name] for name in loaded)
    going: list[str] = []
    for name in loaded:
        if used + sizes[wanted] <= most:
            break
        if name not in held:
            going.append(name)
            used -= sizes[name]
    fits = used + sizes[wanted] <= most or len(going) == len(loaded)
    return going if fits else None
