"""How OpenAI's clients are told of problems."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.web.dialect import Dialect
from bot.web.problem import Problem

CODES = {
    401: "invalid_api_key",
    403: "insufficient_permissions",
    404: "not_found",
    429: "rate_limit_exceeded",
    503: "server_overloaded",
}


def _as_error(problem: Problem) -> Mapping[str, Any]:
    ours = problem.status >= 500
    return {
        "error": {
            "message": problem.detail,
            "type": "server_error" if ours else "invalid_request_error",
            "param": None,
            "code": CODES.get(problem.status),
        }
    }


def _known_there(problem: Problem) -> Problem:
    """What cannot be painted is a bad request to them."""
    return replace(problem, status=400) if problem.status in {409, 422} else problem


OPENAI = Dialect(
    name="OpenAIError",
    told=_as_error,
    sent=_known_there,
    schema={
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["message", "type", "param", "code"],
                "properties": {
                    "message": {"type": "string"},
                    "type": {"type": "string"},
                    "param": {"type": ["string", "null"]},
                    "code": {"type": ["string", "null"]},
                },
            }
        },
    },
)
