"""Edges and depth are found in pictures, where a library and a model for it are there."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.errors import PaintingFailed
from engine.extra import PREPROCESSORS
from engine.gpu.addons.preprocess import Preprocess
from tests.engine.gpu.addons.files import save_depth_model
from tests.engine.gpu.together import CPU

HALVES = Image.fromarray(np.repeat([[0] * 24 + [255] * 24], 40, axis=0).astype(np.uint8)).convert(
    "RGB"
)


def library(edges: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda name: {"skimage.feature": SimpleNamespace(canny=edges)}[name]


def nothing_installed(name: str) -> Any:
    raise ModuleNotFoundError(f"No module named {name!r}")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a tiny model that sees depth."""
    root = tmp_path_factory.mktemp("data")
    save_depth_model(root)
    return root


def test_edges_are_white_on_black(tmp_path: Path) -> None:
    def steep(grey: Any, *, sigma: float) -> Any:
        assert 0 <= grey.min() < grey.max() <= 1
        assert sigma > 0
        return np.abs(np.diff(grey, axis=1, prepend=grey[:, :1])) > 0.5

    edges = Preprocess(tmp_path, CPU, library=library(steep))("canny", HALVES)

    seen = np.asarray(edges)
    assert edges.mode == "RGB"
    assert edges.size == HALVES.size
    assert (seen[:, 24] == 255).all()
    assert seen.sum() == 3 * 255 * HALVES.height


def test_without_the_library_it_says_how_to_install_it(tmp_path: Path) -> None:
    preprocess = Preprocess(tmp_path, CPU, library=nothing_installed)

    with pytest.raises(PaintingFailed, match="pip install scikit-image”"):
        preprocess("canny", HALVES)


def test_depth_is_as_large_as_the_picture_and_goes_from_black_to_white(root: Path) -> None:
    depth = Preprocess(root, CPU)("depth", HALVES)

    seen = np.asarray(depth)
    assert depth.mode == "RGB"
    assert depth.size == HALVES.size
    assert (seen.min(), seen.max()) == (0, 255)


def test_depth_is_of_the_picture_and_the_same_every_time(root: Path) -> None:
    preprocess = Preprocess(root, CPU)
    other = HALVES.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    first, again, of_other = (preprocess("depth", each) for each in (HALVES, HALVES, other))

    assert np.array_equal(np.asarray(first), np.asarray(again))
    assert not np.array_equal(np.asarray(first), np.asarray(of_other))


def test_without_a_model_it_says_where_to_put_one(tmp_path: Path) -> None:
    with pytest.raises(PaintingFailed, match="none in preprocessors/depth of the data folder"):
        Preprocess(tmp_path, CPU)("depth", HALVES)


def test_a_damaged_model_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "preprocessors" / "depth"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")

    with pytest.raises(PaintingFailed, match="preprocessors/depth cannot be used"):
        Preprocess(tmp_path, CPU)("depth", HALVES)


def test_a_name_that_is_none_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(
        PaintingFailed, match=r"I know no preprocessor “kanny”\. Did you mean canny"
    ):
        Preprocess(tmp_path, CPU)("kanny", HALVES)


@pytest.mark.parametrize("name", PREPROCESSORS)
def test_every_name_that_can_be_asked_for_is_known(name: str, tmp_path: Path) -> None:
    preprocess = Preprocess(tmp_path, CPU, library=nothing_installed)

    with pytest.raises(PaintingFailed, match=r"^To find "):
        preprocess(name, HALVES)


def test_whatever_the_case_of_its_name(root: Path) -> None:
    assert Preprocess(root, CPU)("Depth", HALVES).size == HALVES.size
