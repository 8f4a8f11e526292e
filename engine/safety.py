"""What happens to pictures that a classifier calls unsafe: the owner's policy, and a verdict."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from engine.errors import BadModel, Misconfigured
from engine.nearest import did_you_mean

Measure = Literal["off", "mark", "blur", "refuse"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
"""From the mildest to the strictest."""
# The words in the labels of such models that speak of something unsafe. A label with “not” or
# “non” in it says the opposite, and “safe” and “neutral” are not among them.
UNSAFE_WORDS = frozenset(
    {
        *("nsfw", "unsafe", "explicit", "adult", "mature"),
        *("porn", "pornography", "pornographic", "hentai", "sexy", "sexual", "sex", "erotic"),
        *("nude", "nudity", "naked", "lewd"),
        *("violence", "violent", "gore", "gory", "blood", "bloody"),
    }
)
OPPOSITES = frozenset({"not", "non", "no", "without"})
# A label less likely than this says nothing.
WORTH_SAYING = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How sure the classifier is of each label, and of all the unsafe ones together."""

    scores: Mapping[str, float]
    likely: Mapping[str, float]
    unsafe: bool

    @property
    def reason(self) -> str:
        """The unsafe labels with their scores, the likeliest first."""
        ranked = sorted(self.likely.items(), key=lambda entry: -entry[1])
        said = [entry for entry in ranked if entry[1] >= WORTH_SAYING] or ranked[:1]
        return ", ".join(f"{label} {score:.2f}" for label, score in said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """If you hold one, it can be followed. `labels` are the unsafe ones; none means the usual."""

    measure: Measure = "off"
    model: Path | None = None
    labels: tuple[str, ...] = ()
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if self.on and self.model is None:
            raise Misconfigured(
                f"EASEL_SAFETY is {self.measure}, and there is no model that looks at pictures. "
                "Name the folder of one by EASEL_SAFETY_MODEL, or set EASEL_SAFETY to off."
            )

    @property
    def on(self) -> bool:
        return self.measure != "off"

    @property
    def hand(self) -> str:
        """What belongs to how pictures come about here; history has others from before it.

        Also where it is off: a server may want its pictures looked at all the same.
        """
        if self.model is None:
            return ""
        parts = (self.measure, self.model.name, f"{self.threshold:g}", *sorted(self.labels))
        return " ".join(parts)

    def painted_under(self, hand: str) -> Measure:
        """What was done with unsafe pictures where a picture came about by that hand.

        Where another model looked, or in another way, nobody knows; that counts as nothing.
        """
        if self.model is not None:
            for measure in MEASURES:
                if f", {hand}".endswith(f", {replace(self, measure=measure).hand}"):
                    return measure
        return "off"

    def unsafe_labels(self, known: Sequence[str]) -> frozenset[str]:
        """Which of a model's labels count. Raises BadModel where none does."""
        if self.labels:
            by_lower = {label.lower(): label for label in known}
            for label in self.labels:
                if label.lower() not in by_lower:
                    raise BadModel(
                        f"The safety model has no label “{label}”, which EASEL_SAFETY_LABELS "
                        f"names. {did_you_mean(label, known)}"
                    )
            return frozenset(by_lower[label.lower()] for label in self.labels)
        usual = frozenset(label for label in known if _speaks_of_unsafe(label))
        if not usual:
            raise BadModel(
                f"The safety model knows the labels {', '.join(known)}, and I cannot tell which "
                "of them are unsafe. Name those by EASEL_SAFETY_LABELS, or take another model."
            )
        return usual

    def judged(
        self, scores: Mapping[str, float], unsafe: frozenset[str], *, exclusive: bool
    ) -> Verdict:
        """`exclusive` scores share one whole between them, so that those of kin are added."""
        likely = {label: score for label, score in scores.items() if label in unsafe}
        total = sum(likely.values()) if exclusive else max(likely.values(), default=0.0)
        return Verdict(scores=scores, likely=likely, unsafe=total >= self.threshold)


def stricter(here: Measure, there: Measure | None) -> Measure:
    """What is done with unsafe pictures where the program does one thing and a server wants
    another."""
    return max(here, there or here, key=MEASURES.index)


def shows_previews(measure: Measure) -> bool:
    """What nobody may see in the end must not be seen while it is painted either."""
    return measure in ("off", "mark")


def _speaks_of_unsafe(label: str) -> bool:
    words = set(re.findall(r"[a-z]+", label.lower()))
    return bool(words & UNSAFE_WORDS) and not words & OPPOSITES
