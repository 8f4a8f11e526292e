"""The limits that a tier or a person may have, as options of a command."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, TypeVar

from discord import app_commands

from bot.discord.speech.words import say
from bot.terms import FIELDS

Limit = app_commands.Range[str, 1, 20] | None
"""A number, `none` for no limit, or `default` for what stands above."""
_Callback = TypeVar("_Callback", bound=Callable[..., Any])


def with_limits(callback: _Callback) -> _Callback:
    """Gives a command that takes `**limits` an option for each of them, before its last one.

    Discord's library reads the options of a command from its signature.
    """
    own = signature(callback)
    *named, last = (one for one in own.parameters.values() if one.kind is not Parameter.VAR_KEYWORD)
    limits = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Limit) for name in FIELDS
    ]
    options = [*named, *limits, last.replace(kind=Parameter.KEYWORD_ONLY)]
    vars(callback)["__signature__"] = own.replace(parameters=options)
    return app_commands.describe(**{name: say(f"mod.limits.{name}") for name in FIELDS})(callback)
