"""How those programs are told of problems: as FastAPI does."""

from bot.web.dialect import Dialect

TUTORIAL = Dialect(
    name="Detail",
    told=lambda problem: {"detail": problem.detail},
    schema={
        "type": "object",
        "required": ["detail"],
        "properties": {"detail": {"type": "string"}},
    },
)
