"""Preferences: what somebody gets where a request says nothing, of a person or of a server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.errors import InvalidRequest
from engine.phrase import Phrase
from engine.request import ImageRequest

GROUPS: Mapping[str, tuple[str, ...]] = {
    "model": ("model",),
    "size": ("width", "height", "aspect"),
    "sampler": ("sampler",),
    "steps": ("steps",),
    "guidance": ("guidance",),
    "negative prompt": ("negative",),
    "style": ("style",),
    "count": ("count",),
    "exactness": ("exact",),
}
"""What is taken together or not at all, in an order in which each needs only what stands above."""

Require = Callable[[str, ImageRequest], object]
"""Raises InvalidRequest where what the request says of that group cannot be painted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Fields of a request. None is whatever stands above: the server's, or the model's own.

    An empty style is none at all. They may have become impossible since they were chosen: a model
    or a sampler can be gone.
    """

    model: str | None = None
    width: int | None = None
    height: int | None = None
    aspect: tuple[int, int] | None = None
    sampler: str | None = None
    steps: int | None = None
    guidance: float | None = None
    negative: str | None = None
    style: str | None = None
    count: int | None = None
    exact: bool | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What is not None, as it can be stored."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name in NAMES
            if (value := getattr(self, name)) is not None
        }

    def of(self, group: str) -> dict[str, Any]:
        """The fields of a group as a request has them; empty where nothing was chosen."""
        chosen = {name: value for name, value in self.told.items() if name in GROUPS[group]}
        return {name: value if name != "style" else value or None for name, value in chosen.items()}


NAMES = tuple(field.name for field in fields(Preferences))
NONE = Preferences()


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A default that was not taken, and why."""

    group: str
    why: InvalidRequest

    @property
    def phrase(self) -> Phrase:
        return Phrase(
            "The default for the {group} was passed over: {why}",
            group=self.group,
            why=self.why.phrase,
        )

    def __str__(self) -> str:
        return str(self.phrase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A request with defaults in it, and those that could not be taken."""

    request: ImageRequest
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(each.phrase for each in self.passed_over)


def nothing_required(group: str, request: ImageRequest) -> None:
    """Whatever a request can say may be taken."""


def with_defaults(
    request: ImageRequest, *layers: Preferences, require: Require = nothing_required
) -> Completed:
    """What the request sets itself stays; the rest is taken from the layers, of which later go
    first.

    What cannot be taken is passed over for the layer below it. An image that is begun from gives
    its shape, so a default size is not for it.
    """
    passed_over: list[PassedOver] = []
    for group, names in GROUPS.items():
        if not request.model_fields_set.isdisjoint(names) or (group == "size" and request.image):
            continue
        for layer in reversed(layers):
            if not (chosen := layer.of(group)):
                continue
            try:
                filled = _filled(request, chosen)
                require(group, filled)
            except InvalidRequest as why:
                passed_over.append(PassedOver(group=group, why=why))
            else:
                request = filled
                break
    return Completed(request=request, passed_over=tuple(passed_over))


def checked_preferences(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the names of the fields, as a request reads them. Raises InvalidRequest."""
    for name in told:
        if name not in NAMES:
            raise InvalidRequest(f"“{name:.60}” is nothing that can be chosen beforehand.")
    read = ImageRequest.model_validate({"prompt": "a fox", **told})
    return {name: getattr(read, name) for name in told}


def preferences_of(told: Mapping[str, Any]) -> Preferences:
    """What `told` stored, also after it went through JSON. Names that a newer Easel wrote are
    passed over."""
    known = {name: value for name, value in told.items() if name in NAMES}
    if isinstance(known.get("aspect"), list):
        known["aspect"] = tuple(known["aspect"])
    return Preferences(**known)


def changed_preferences(
    before: Preferences, change: Mapping[str, Any], forget: frozenset[str] = frozenset()
) -> Preferences:
    """With the change, which takes the place of all of its group. Raises InvalidRequest."""
    told = checked_preferences(change)
    gone = {
        name
        for names in GROUPS.values()
        if not (told.keys() | forget).isdisjoint(names)
        for name in names
    }
    kept = {name: value for name, value in before.told.items() if name not in gone}
    return preferences_of(kept | told)


def _filled(request: ImageRequest, chosen: Mapping[str, Any]) -> ImageRequest:
    """Made anew and so valid; and what it says itself is still told from what it does not."""
    said = {name: getattr(request, name) for name in request.model_fields_set}
    return ImageRequest.model_validate(said | dict(chosen))
