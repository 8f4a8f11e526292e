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


@pytest.fixture
def settings(data_dir: Path, server: Discord) -> Settings:
    """What a process reads beside them lies in its folder."""
    (data_dir.parent / ".env").write_text(f"EASEL_LOG=json\nEASEL_GRACE_S={GRACE_S}\n", "utf-8")
    return Settings(port=0, data_dir=data_dir, queue_limit=100_000)


@pytest.fixture
def rig(server: Discord, settings: Settings, crowd: Sequence[User], tmp_path: Path) -> Rig:
    return Rig(server=server, settings=settings, crowd=crowd, log=tmp_path / "log")
