"""Token: what a cluster is asked with. It is never read here, only looked for."""

from collections.abc import Mapping
from pathlib import Path

from engine.errors import Misconfigured
from engine.tokens import RAY

MODE, TOKEN, FILE = "RAY_AUTH_MODE", RAY, "RAY_AUTH_TOKEN_PATH"
USUAL = Path(".ray") / "auth_token"
ALWAYS = {
    # It would tell its makers how it is used.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Pickles are the same within a minor version of Python.
    "RAY_DEFAULT_PYTHON_VERSION_MATCH_LEVEL": "minor",
}


def require_token(environment: Mapping[str, str], home: Path) -> None:
    """Raises Misconfigured where Ray would find none."""
    if environment.get(TOKEN):
        return
    named = environment.get(FILE)
    file = Path(named) if named else home / USUAL
    try:
        there = bool(file.read_bytes().strip())
    except OSError as error:
        raise Misconfigured(
            "Ray's token is not in {file}: {why}. Say by {name} where the token of the cluster is.",
            file=str(file),
            why=error.strerror or type(error).__name__,
            name=FILE,
        ) from None
    if not there:
        raise Misconfigured("Ray's token in {file} is empty.", file=str(file))


def with_token(ours: Mapping[str, str]) -> dict[str, str]:
    """What a process has in its environment that asks with one, where ours is like this."""
    token = {TOKEN: ours[TOKEN]} if TOKEN in ours else {}
    return {**ALWAYS, MODE: "token", **token}


def without_token(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of one who asks as a stranger would."""
    kept = {name: value for name, value in environment.items() if name not in (TOKEN, FILE)}
    return {**kept, **ALWAYS, MODE: "disabled"}
