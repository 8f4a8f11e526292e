"""Scripts: what A1111's extensions add to a request. ControlNet is known here, the rest is refused
where it is switched on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from bot.web.a1111.names import untitled
from bot.web.a1111.shapes import Theirs, named
from bot.web.asked import Base64, Name
from bot.web.bodies import checked
from engine.errors import InvalidRequest
from engine.extra import PREPROCESSORS
from engine.request import MOST_CONTROLS
from engine.wish import ControlWish

CONTROLNET = "controlnet"
BALANCED = frozenset({"0", "balanced", "controlmode.balanced"})


class Unit(Theirs):
    """A ControlNet and the picture that it follows, as their extension has it."""

    enabled: bool = True
    image: Base64 | dict[str, Base64 | None] | None = None
    input_image: Base64 | None = None
    module: Name | None = None
    model: Name | None = None
    weight: float | None = None
    guidance_start: float | None = None
    guidance_end: float | None = None
    control_mode: Annotated[Name | int, Field(union_mode="left_to_right")] | None = None

    @property
    def picture(self) -> str | None:
        image = self.image.get("image") if isinstance(self.image, dict) else self.image
        return image or self.input_image or None

    @property
    def preprocessor(self) -> str | None:
        """Theirs have many names for each way to see how far away everything is."""
        if self.module is None or not named(self.module):
            return None
        first = self.module.lower().split("_")[0]
        return first if first in PREPROCESSORS else self.module


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A ControlNet that is wanted; `picture` is base64, None where it is the picture itself."""

    unit: Unit
    picture: str | None

    def wish(self, digest: str) -> ControlWish:
        """Raises InvalidRequest."""
        said = {
            "name": untitled(self.unit.model or ""),
            "image": digest,
            "weight": self.unit.weight,
            "start": self.unit.guidance_start,
            "end": self.unit.guidance_end,
            "preprocessor": self.unit.preprocessor,
        }
        wish = checked(ControlWish, {name: each for name, each in said.items() if each is not None})
        assert isinstance(wish, ControlWish)
        return wish


def followed(scripts: Mapping[str, Any] | None) -> Sequence[Follow]:
    """Raises InvalidRequest where a script is switched on that there is not."""
    found: list[Follow] = []
    for name, script in (scripts or {}).items():
        args = script.get("args") if isinstance(script, Mapping) else script
        if name.strip().lower() == CONTROLNET:
            found += _followed(args)
        elif not is_off(args):
            raise InvalidRequest(
                f"I have no script “{name:.60}”. Switch it off, or leave it out of "
                "alwayson_scripts."
            )
    return found


def is_off(args: object) -> bool:
    """An extension is switched by its first argument, or by a field of it."""
    match args:
        case None | False | [] | [False, *_]:
            return True
        case Mapping():
            switches = [args[name] for name in ("enable", "enabled", "is_enabled") if name in args]
            return not args or (bool(switches) and not any(switches))
        case [*every]:
            return all(isinstance(each, Mapping) and is_off(each) for each in every)
        case _:
            return False


def _followed(args: object) -> list[Follow]:
    units = args if isinstance(args, list) else [args] if isinstance(args, Mapping) else []
    found = []
    for told in units:
        unit = checked(Unit, told)
        assert isinstance(unit, Unit)
        if not unit.enabled or not (named(unit.model) or unit.picture):
            continue
        if not named(unit.model):
            raise InvalidRequest(
                "A unit of ControlNet names no model. Say which, or switch it off with "
                '"enabled": false.'
            )
        if unit.control_mode is not None and str(unit.control_mode).lower() not in BALANCED:
            raise InvalidRequest(
                f"ControlNets have no control_mode “{unit.control_mode!s:.60}” here. Take Balanced "
                "and a lower weight."
            )
        found.append(Follow(unit=unit, picture=unit.picture))
    if len(found) > MOST_CONTROLS:
        raise InvalidRequest(f"{MOST_CONTROLS} ControlNets are the most at once, not {len(found)}.")
    return found
