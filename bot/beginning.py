"""The beginning of every command: the settings are read, and from then on the log knows them."""

import os

from bot.logs import start_logging
from bot.settings import Settings, read_settings


def begin() -> Settings:
    """Raises Misconfigured."""
    settings = read_settings()
    # The hub's own programs know this one too, so it is none of our settings.
    hub = os.environ.get("HF_TOKEN", "").strip()
    start_logging(settings.log, hidden=(*settings.secrets, *filter(None, [hub])))
    return settings
