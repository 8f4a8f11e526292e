"""What the image holds, made once without Docker; and Easel started from it as Compose does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.contained import Contained, started
from tests.deploy.dockerfile import stages_in
from tests.deploy.followed import Followed, with_what_is_here
from tests.storage.conftest import postgres

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """All that the Dockerfile copies and nothing else, with the packages that are here."""
    root = tmp_path_factory.mktemp("container") / "root"
    return Followed(root=root, stages=stages_in(), perform=with_what_is_here).follow("easel")


@pytest.fixture(scope="module")
def easel(image: Followed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contained]:
    """The service of that name, with SQLite; in the end it must have stopped in order."""
    folder: Path = tmp_path_factory.mktemp("service")
    with started(image, folder, f"sqlite:///{folder / 'easel.db'}") as service:
        yield service
