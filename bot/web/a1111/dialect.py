"""How A1111's clients are told of problems."""

from collections.abc import Mapping
from typing import Any

from bot.web.dialect import Dialect
from bot.web.problem import Problem


def _as_error(problem: Problem) -> Mapping[str, Any]:
    # They look for the sentence in one of these two, as the version they were written for had it.
    return {
        "error": problem.title.replace(" ", ""),
        "detail": problem.detail,
        "body": "",
        "errors": problem.detail,
    }


A1111 = Dialect(
    name="A1111Error",
    told=_as_error,
    schema={
        "type": "object",
        "required": ["error", "detail", "body", "errors"],
        "properties": {
            "error": {"type": "string"},
            "detail": {"type": "string", "description": "A sentence for a person."},
            "body": {"type": "string"},
            "errors": {"type": "string"},
        },
    },
)
