"""Commands as they can be written in a message so that a click begins one."""

from collections.abc import Iterable, Mapping

COMMANDS = (
    *("imagine", "history", "queue", "cancel", "quota", "settings", "models", "help", "mod"),
    *("reroll", "vary", "upscale", "show"),
)
"""Those that are spoken of. One that Discord did not take is written as it would be typed."""


def mentions(ids: Mapping[str, int], names: Iterable[str] = COMMANDS) -> dict[str, str]:
    """By name; `ids` are what Discord calls them."""
    return {name: f"</{name}:{ids[name]}>" if name in ids else f"`/{name}`" for name in names}
