"""Settings with room for all that is asked here."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from tests.discord_server.server import Discord


@pytest.fixture
def settings(data_dir: Path, server: Discord) -> Settings:
    return Settings(
        port=0,
        data_dir=data_dir,
        queue_limit=100_000,
        discord_token=SecretStr(server.token),
        discord_api=server.api,
        discord_gateway=server.gateway,
    )
