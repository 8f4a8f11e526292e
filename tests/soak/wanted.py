"""What a soak is asked for, and the settings that the program gets for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.discord_server.server import Discord
from tests.soak.database import Database

GRACE_S = 10
KEEP_PICTURES = 60
QUEUE_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How long, from which seed, and over what; `folder` gets everything that is written."""

    minutes: float
    seed: int
    postgres: bool
    folder: Path


def settings_of(wanted: Wanted, database: Database, server: Discord) -> Mapping[str, str]:
    """The built-in model, and so little kept that something must go."""
    return {
        "EASEL_PORT": "0",
        "EASEL_DATA_DIR": str(wanted.folder / "data"),
        "EASEL_DATABASE_URL": database.url,
        "EASEL_LOG": "json",
        "EASEL_GRACE_S": str(GRACE_S),
        "EASEL_KEEP_PICTURES": str(KEEP_PICTURES),
        "EASEL_QUEUE_LIMIT": str(QUEUE_LIMIT),
        "EASEL_DISCORD_TOKEN": server.token,
        "EASEL_DISCORD_API": server.api,
        "EASEL_DISCORD_GATEWAY": server.gateway,
        "OMP_NUM_THREADS": "1",
    }
