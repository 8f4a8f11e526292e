"""Reads the options that name pictures to follow, and pictures whose look to take over."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean

_NUMBER = r"\d*\.?\d+"
_LED = re.compile(
    r"(?:(?P<name>[^=/\\]+)=)?(?P<file>.+?)"
    rf"(?::(?P<weight>{_NUMBER})(?::(?P<start>{_NUMBER})-(?P<end>{_NUMBER}))?)?",
    re.ASCII,
)

LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """One option that was typed. `wishes` are by the names of a wish's fields, as typed."""

    file: str
    wishes: Mapping[str, str]

    def wish(self, digest: str) -> dict[str, Any]:
        """What ImageRequest reads."""
        return {**self.wishes, "image": digest}


def read_controls(typed: Sequence[str], preprocess: Sequence[str]) -> tuple[Led, ...]:
    """`NAME=FILE:WEIGHT:START-END`, of which the weight and what follows may be left out.

    `preprocess` are names of preprocessors, each for the ControlNet before its `=`, or for all.
    """
    controls = tuple(_read(option) for option in typed)
    for control, option in zip(controls, typed, strict=True):
        if "name" not in control.wishes:
            raise InvalidRequest(
                f"“{option:.60}” names no ControlNet. Write its name and the picture to follow, "
                "like edges=sketch.png, or edges=sketch.png:0.8 to follow it less."
            )
    for option in preprocess:
        controls = _preprocessed(controls, option)
    return controls


def read_references(typed: Sequence[str], weight: str | None) -> tuple[Led, ...]:
    """`FILE`, `FILE:WEIGHT` or `NAME=FILE:WEIGHT`; `weight` is of those that have none."""
    references = []
    for option in typed:
        reference = _read(option)
        if "start" in reference.wishes:
            raise InvalidRequest(
                f"“{option:.60}”: a reference has no start and end. Write FILE or FILE:WEIGHT."
            )
        usual = {} if weight is None else {"weight": weight}
        references.append(replace(reference, wishes={**usual, **reference.wishes}))
    if weight is not None and not references:
        raise InvalidRequest("A reference weight needs a reference. Give --reference FILE too.")
    return tuple(references)


def _read(option: str) -> Led:
    found = _LED.fullmatch(option.strip())
    if found is None:
        raise InvalidRequest("A picture needs a file. Write its path, like sketch.png.")
    parts = found.groupdict()
    file = parts.pop("file")
    return Led(file=file, wishes={name: part for name, part in parts.items() if part is not None})


def _preprocessed(controls: tuple[Led, ...], option: str) -> tuple[Led, ...]:
    name, equals, preprocessor = option.rpartition("=")
    known = [control.wishes["name"] for control in controls]
    if not known:
        raise InvalidRequest("There is no picture to preprocess. Give --control NAME=FILE too.")
    short = [called[:LONGEST_SHOWN] for called in known]
    if equals and name not in known:
        raise InvalidRequest(
            f"There is no “{name:.60}” to preprocess a picture for. {did_you_mean(name, short)}"
        )
    return tuple(
        replace(control, wishes={**control.wishes, "preprocessor": preprocessor})
        if not equals or control.wishes["name"] == name
        else control
        for control in controls
    )
