"""Schedulers as diffusers makes them, each made once: some take half a second."""

import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from tests.engine.gpu import tiny


def stock_scheduler(name: str, config: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    """A copy of one that was never used."""
    return deepcopy(_made(json.dumps([name, dict(config), dict(options)])))


@cache
def _made(asked: str) -> Any:
    name, config, options = json.loads(asked)
    return getattr(tiny.diffusers, name).from_config(config, **options)
