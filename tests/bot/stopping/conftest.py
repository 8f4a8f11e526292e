"""A Discord, and those who ask there for pictures of a program that is stopped."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.bot.discord.conftest import server
from tests.bot.discord.counts.conftest import crowd
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.reliability.rig import Rig

__all__ = ["crowd", "server"]

GRACE_S = 2.0


def grant(data_dir: Path, grace_s: float) -> None:
    """To those who start from now on."""
    (data_dir.parent / ".env").write_text(f"EASEL_LOG=json\nEASEL_GRACE_S={grace_s}\n", "utf-8")


@pytest.fixture
def settings(data_dir: Path, server: Discord) -> Settings:
    """What a process reads beside them lies in its folder."""
    grant(data_dir, GRACE_S)
    return Settings(port=0, data_dir=data_dir, queue_limit=100_000)


@pytest.fixture
def rig(server: Discord, settings: Settings, crowd: Sequence[User], tmp_path: Path) -> Rig:
    return Rig(server=server, settings=settings, crowd=crowd, log=tmp_path / "log")
