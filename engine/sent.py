"""Sent: a request as it came, before anybody's defaults were taken, told by a digest."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from engine.request import ImageRequest

LONG = 1000
"""A longer text is told by a digest of its own: it may be a picture."""


def sent_of(request: ImageRequest) -> str:
    """What is not said is left out: that is as somebody likes it by then."""
    return digest_of(request.model_dump(mode="json", exclude_unset=True))


def digest_of(content: Mapping[str, Any]) -> str:
    """The same whatever the order of the names."""
    return sha256(json.dumps(_told(content), sort_keys=True).encode()).hexdigest()


def _told(content: Any) -> Any:
    match content:
        case Mapping():
            return {str(name): _told(value) for name, value in content.items()}
        case list() | tuple():
            return [_told(value) for value in content]
        case bytes():
            return sha256(content).hexdigest()
        case str() if len(content) > LONG:
            return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        case _:
            return content
