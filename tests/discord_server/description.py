"""Discord's own description of its API, which what is asked and answered must agree with."""

import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

from tests.discord_server.refused import Flaw, Json
from tests.discord_server.routes import Route
from tests.discord_server.schema import Schemas

log = logging.getLogger(__name__)

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord-openapi.json"


class Description:
    """Knows what a route takes and what it answers."""

    def __init__(self, document: Json) -> None:
        self._paths = document["paths"]
        named = document["components"]["schemas"]
        self._asked = Schemas(named, lenient=True)
        self._answered = Schemas(named, lenient=False)

    def knows(self, route: Route) -> bool:
        """Whether Discord has such a route."""
        return bool(self._operation(route))

    def flaws_of_request(self, route: Route, body: Any) -> list[Flaw]:
        """What Discord would not take."""
        told = self._operation(route).get("requestBody")
        if told is None:
            return []
        return self._asked.flaws(told["content"]["application/json"]["schema"], body)

    def flaws_of_answer(self, route: Route, status: int, body: Any) -> list[Flaw]:
        """Where the stand-in does not answer as Discord would."""
        told = self._operation(route).get("responses", {})
        if 400 <= status < 500:
            # The description gives the flaws of single fields a number; Discord gives words.
            return self._answered.flaws({"$ref": "/Error"}, body)
        if str(status) not in told:
            return [Flaw(path=(), code="STATUS", message=f"{route} never answers {status}.")]
        content = told[str(status)].get("content")
        if content is None:
            return []
        return self._answered.flaws(content["application/json"]["schema"], body)

    def _operation(self, route: Route) -> Json:
        operation: Json = self._paths.get(route.path, {}).get(route.method.lower(), {})
        return operation


@cache
def find_description(file: Path = FILE) -> Description | None:
    """The one that lies beside the checkout; without it less is checked, and that is said once."""
    if not file.is_file():
        log.warning(
            "Discord's description of its API is not at %s: neither what the bot asks nor what "
            "the stand-in answers is checked against it.",
            file,
        )
        return None
    return Description(json.loads(file.read_text(encoding="utf-8")))
