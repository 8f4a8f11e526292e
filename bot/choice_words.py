"""What people read about defaults, servers' settings and styles."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

NOTHING_TO_SET = "Say what to set, like --steps 30. `easel settings set --help` lists it all."
NOTHING = "none"
OF_THE_MODEL = "the model's"
BUILT_IN_DEFAULTS = {
    "model": "the first one",
    "negative": NOTHING,
    "style": NOTHING,
    "count": "1",
    "exact": "no",
}
"""Where nobody chose anything; what is not here is the model's own."""
STYLE_COLUMNS = ("style", "of", "prompt", "negative prompt")
OWN, SERVERS, BUILT_IN, HIDDEN = "person", "server", "Easel", "Easel, hidden"
SETTINGS_COLUMNS = ("setting", "value")
DEFAULTS_COLUMNS = ("default", "value")
FREELY = {
    "models": "all",
    "most_pictures": "no limit",
    "images": "yes",
    "loras": "yes",
    "refused": NOTHING,
    "safety": "as everywhere",
    "safety_adult": "as in the others",
    "safety_channels": "as in the others",
    "channels": "all",
    "audit_channel": NOTHING,
    "language": "as everywhere",
}
SETTING_NAMES = {
    "models": "models",
    "most_pictures": "pictures at once",
    "images": "source pictures",
    "loras": "LoRAs",
    "refused": "refused words",
    "safety": "safety",
    "safety_adult": "safety where it is age-restricted",
    "safety_channels": "safety of channels",
    "channels": "channels",
    "audit_channel": "audit channel",
    "language": "language",
}
LIST_OPTIONS = {
    "models": "--models",
    "refused": "--refuse",
    "safety_channels": "--safety-channels",
    "channels": "--channels",
}


def set_for(whose: str) -> str:
    """Defaults or settings were changed."""
    return f"It is set for {whose}."


def dropped(name: str, gone: Sequence[Any], whole: Sequence[Any]) -> str:
    """A list took the place of a longer one."""
    called, sign = SETTING_NAMES[name], ":" if name == "safety_channels" else " "
    words = ",".join(sign.join(one) if isinstance(one, tuple) else one for one in whole)
    return (
        f"Not on the list of {called} any more: {value(gone)}. What is set is the whole list. "
        f"To add to it, name all: {LIST_OPTIONS[name]} {shlex.quote(words)}."
    )


def value(told: Any) -> str:
    """A default or a setting as people read it."""
    match told:
        case bool():
            return "yes" if told else "no"
        case list() | tuple():
            return ", ".join(map(_listed, told)) or NOTHING
        case _:
            return str(told) or NOTHING


def _listed(told: Any) -> str:
    return " ".join(map(str, told)) if isinstance(told, list | tuple) else str(told)


def size(told: Mapping[str, Any]) -> str:
    """Of defaults, like 512×768 or 16:9."""
    if "aspect" in told:
        return "{}:{}".format(*told["aspect"])
    return f"{told['width']}×{told['height']}" if "width" in told else OF_THE_MODEL


def added(style: str, *, whose: str, replaced: bool, hides: bool) -> str:
    """A style was added."""
    said = f"There is a style “{style}” for {whose} now."
    if replaced:
        said = f"The style “{style}” of {whose} is changed. Old pictures stay as they are."
    if hides:
        said += " It goes before the built-in one of that name."
    return said


def removed(style: str, *, whose: str, shows: bool) -> str:
    """A style was removed."""
    said = f"The style “{style}” of {whose} is gone. Old pictures stay as they are."
    return f"{said} The built-in one of that name is back." if shows else said
