"""The beginning of every command: the settings are read, and from then on the log knows them."""

import os

from bot.logs import start_logging
from bot.settings import Settings, read_settings
from engine.tokens import TOKENS


def begin() -> Settings:
    """Raises Misconfigured."""
    settings = read_settings()
    # Programs of others know them too, so they are no settings of ours.
    others = (os.environ.get(name, "").strip() for name in sorted(TOKENS))
    start_logging(settings.log, hidden=(*settings.secrets, *filter(None, others)))
    return settings
