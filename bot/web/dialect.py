"""Dialect: how a family of programs wants to be told of problems."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.web.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """`told` is a problem as JSON of this `media` type; `schema` is its shape for the document.

    `sent` is the problem with the status that those programs know.
    """

    name: str
    told: Callable[[Problem], Mapping[str, Any]]
    schema: Mapping[str, Any]
    media: str = "application/json"
    sent: Callable[[Problem], Problem] = lambda problem: problem

    def answer(self, problem: Problem) -> web.Response:
        problem = self.sent(problem)
        return web.json_response(
            dict(self.told(problem)),
            status=problem.status,
            headers={"Cache-Control": "no-store", **problem.headers},
            content_type=self.media,
        )


def _as_problem(problem: Problem) -> Mapping[str, Any]:
    told = {"type": "about:blank", "title": problem.title, "status": problem.status}
    return {**problem.more, **told, "detail": problem.detail}


PROBLEMS = Dialect(
    name="Problem",
    told=_as_problem,
    schema={
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "A sentence for a person."},
        },
    },
    media="application/problem+json",
)
