"""The program behind HTTP, as its other tests have it."""

from tests.bot.web.conftest import caller, client, house, settings, visit

__all__ = ["caller", "client", "house", "settings", "visit"]
