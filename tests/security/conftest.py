"""The program's own folder and painters, as its other tests have them."""

from tests.bot.conftest import data_dir, folder, migrated, painters

__all__ = ["data_dir", "folder", "migrated", "painters"]
