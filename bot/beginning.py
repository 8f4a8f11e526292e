"""The beginning of every command: the settings are read, and from then on the log knows them."""

import os

from bot.logs import start_logging
from bot.settings import Settings, read_settings


def begin() -> Settings:
    """Raises Misconfigured."""
    settings = read_settings()
    # The own programs of the hub and of Modal know these too, so they are none of our settings.
    others = (os.environ.get(name, "").strip() for name in ("HF_TOKEN", "MODAL_TOKEN_SECRET"))
    start_logging(settings.log, hidden=(*settings.secrets, *filter(None, others)))
    return settings
