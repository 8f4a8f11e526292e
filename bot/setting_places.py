"""The places that settings come from, and how they are called there."""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from engine.errors import Misconfigured

PREFIX = "EASEL_"
TEST_PREFIX = "EASEL_TEST_"
ENV_FILE, TOML_FILE = Path(".env"), Path("easel.toml")
SECRET_FOLDERS = (Path("/run/secrets"),)


def secret_folders() -> list[Path]:
    """Those that are there, with a file for each secret."""
    # Containers mount secrets in the first, systemd names the second.
    named = os.environ.get("CREDENTIALS_DIRECTORY")
    folders = (*SECRET_FOLDERS, *([Path(named)] if named else []))
    return [folder for folder in folders if folder.is_dir() and os.access(folder, os.R_OK)]


def require_readable(folder: Path) -> None:
    """Raises Misconfigured where a secret in it cannot be read."""
    for file in sorted(folder.iterdir()):
        if not any(prefixed([file.name])):
            continue
        if file.is_dir():
            # What a container mounts of a file that is not there.
            raise Misconfigured(f"The secret {file} is a folder. It has to be a file.")
        try:
            file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            # Its own words could hold what it says.
            why = error.strerror if isinstance(error, OSError) else "It is no text in UTF-8"
            raise Misconfigured(f"I cannot read the secret {file}: {why}.") from None


def read_toml() -> dict[str, Any]:
    try:
        table = tomllib.loads(TOML_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misconfigured(f"I cannot read {TOML_FILE}: {error}.") from None
    return {field_of(name): value for name, value in table.items()}


def read_env_file() -> Mapping[str, str | None]:
    try:
        return dotenv_values(ENV_FILE, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Misconfigured(f"I cannot read {ENV_FILE}: {error}.") from None


def prefixed(names: Iterable[str]) -> Iterator[str]:
    """Those that are ours, without what they all begin with."""
    for name in names:
        # The tests have variables of their own, which are none of ours.
        if name.upper().startswith(PREFIX) and not name.upper().startswith(TEST_PREFIX):
            yield field_of(name)


def field_of(name: str) -> str:
    return name.lower().removeprefix(PREFIX.lower())


def spelled(field: str) -> str:
    return PREFIX + field.upper()
