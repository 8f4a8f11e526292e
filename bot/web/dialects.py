"""Which dialect is spoken at an address."""

from collections.abc import Mapping

from bot.web.a1111.dialect import A1111
from bot.web.dialect import PROBLEMS, Dialect
from bot.web.openai.dialect import OPENAI
from bot.web.tutorial.dialect import TUTORIAL

SPOKEN: Mapping[str, Dialect] = {
    "/v1/images": OPENAI,
    "/v1/models/": OPENAI,
    "/generate": TUTORIAL,
    "/status": TUTORIAL,
    "/sdapi": A1111,
    "/controlnet": A1111,
    "/config": A1111,
}
"""By the beginning of the path, or by what is below where it ends with a stroke; everywhere else it
is problem+json."""


def dialect_at(path: str) -> Dialect:
    for beginning, dialect in SPOKEN.items():
        if path == beginning or path.startswith(f"{beginning.rstrip('/')}/"):
            return dialect
    return PROBLEMS
