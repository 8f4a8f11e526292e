"""Safety: what becomes of a finished picture when a model calls it unsafe."""

import logging
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import BadModel, PaintingFailed, Unsafe
from engine.gpu.safety import Safety, open_safety
from engine.safety import Measure, Policy
from tests.engine.gpu import tiny
from tests.engine.gpu.checkers import SAFE, UNSAFE, save_classifier, save_concept_checker
from tests.engine.gpu.together import CPU, picture_file


def picture() -> Image.Image:
    return Image.open(BytesIO(picture_file(width=96, height=64))).convert("RGB")


def safety(folder: Path, measure: Measure = "mark", **policy: Any) -> Safety:
    opened = open_safety(Policy(measure=measure, model=folder, **policy), CPU)
    assert opened is not None
    return opened


class Broken:
    """A checker that breaks at every picture."""

    labels: Sequence[str] = ("nsfw",)
    exclusive = False

    def __init__(self, problem: Exception) -> None:
        self._problem = problem

    def scores(self, picture: Image.Image) -> Mapping[str, float]:
        raise self._problem


class Vandal:
    """A checker that blackens what it is shown, as the stock one does."""

    labels: Sequence[str] = ("nsfw",)
    exclusive = False

    def scores(self, picture: Image.Image) -> Mapping[str, float]:
        picture.paste("black", (0, 0, *picture.size))
        return {"nsfw": 0.9}


def test_without_the_wish_there_is_no_safety(tmp_path: Path) -> None:
    assert open_safety(Policy(), CPU) is None
    with pytest.raises(BadModel):
        open_safety(Policy(model=tmp_path / "nothing"), CPU)


def test_where_it_is_asked_for_more_may_be_wanted(tmp_path: Path) -> None:
    checker = save_classifier(tmp_path, UNSAFE)
    off, blur = safety(checker, "off"), safety(checker, "blur")

    assert off.looked(picture())[1] == ()
    assert off.looked(picture(), "mark")[1] == ("Marked as unsafe: porn 1.00.",)
    assert blur.looked(picture(), "mark")[1] == ("Blurred as unsafe: porn 1.00.",)
    with pytest.raises(Unsafe):
        blur.looked(picture(), "refuse")


@pytest.mark.parametrize("measure", ["mark", "blur", "refuse"])
def test_what_is_safe_stays_as_it_is(tmp_path: Path, measure: Measure) -> None:
    shown, notes = safety(save_classifier(tmp_path, SAFE), measure).looked(picture())

    assert shown.tobytes() == picture().tobytes()
    assert notes == ()


def test_a_marked_picture_stays_and_gets_a_note(tmp_path: Path) -> None:
    shown, notes = safety(save_classifier(tmp_path, UNSAFE), "mark").looked(picture())

    assert shown.tobytes() == picture().tobytes()
    assert notes == ("Marked as unsafe: porn 1.00.",)


def test_of_a_blurred_picture_only_a_handful_of_colours_is_left(tmp_path: Path) -> None:
    painted = picture()

    shown, notes = safety(save_classifier(tmp_path, UNSAFE), "blur").looked(painted)

    assert notes == ("Blurred as unsafe: porn 1.00.",)
    assert (shown.size, shown.mode) == ((96, 64), "RGB")
    few = painted.resize((6, 4), Image.Resampling.BOX)
    assert shown.tobytes() == few.resize((96, 64), Image.Resampling.BICUBIC).tobytes()
    assert painted.tobytes() == picture().tobytes()


def test_a_refused_picture_is_a_sentence_instead(tmp_path: Path) -> None:
    looking = safety(save_classifier(tmp_path, UNSAFE), "refuse")

    with pytest.raises(Unsafe, match=r"porn 1\.00.*not shown.*Try other words"):
        looking.looked(picture())


@pytest.mark.parametrize(("threshold", "notes"), [(0.4, 1), (0.6, 0)])
def test_the_owner_says_how_sure_the_model_must_be(
    tmp_path: Path, threshold: float, notes: int
) -> None:
    folder = save_classifier(tmp_path, {}, labels=("neutral", "porn"))

    looking = safety(folder, threshold=threshold)

    assert len(looking.looked(picture())[1]) == notes


def test_the_owner_says_which_labels_are_unsafe(tmp_path: Path) -> None:
    folder = save_classifier(tmp_path, {"drawings": 9.0})

    usual = safety(folder).looked(picture())
    own = safety(folder, labels=("drawings",)).looked(picture())

    assert usual[1] == ()
    assert own[1] == ("Marked as unsafe: drawings 1.00.",)


def test_labels_that_do_not_exclude_each_other_are_judged_one_by_one(tmp_path: Path) -> None:
    says = {"neutral": -9.0, "porn": -0.5, "nude": -0.5}
    folder = save_classifier(
        tmp_path, says, labels=tuple(says), problem_type="multi_label_classification"
    )

    assert safety(folder).looked(picture())[1] == ()
    assert safety(folder, threshold=0.3).looked(picture())[1] != ()


def test_a_model_with_a_single_label_says_how_likely_it_is(tmp_path: Path) -> None:
    sure = save_classifier(tmp_path / "sure", {"nsfw": 2.0}, labels=("nsfw",))
    unsure = save_classifier(tmp_path / "unsure", {"nsfw": -2.0}, labels=("nsfw",))

    assert safety(sure).looked(picture())[1] == ("Marked as unsafe: nsfw 0.88.",)
    assert safety(unsure).looked(picture())[1] == ()


@pytest.mark.parametrize("reader", ["feature_extractor", "safety_checker"])
@pytest.mark.parametrize("inner", [False, True])
def test_the_checker_of_stable_diffusion_says_yes_or_no(
    tmp_path: Path, reader: str, inner: bool
) -> None:
    strict = save_concept_checker(tmp_path / "strict", unsafe=True, reader=reader)
    lax = save_concept_checker(tmp_path / "lax", unsafe=False, reader=reader)
    place = "safety_checker" if inner else ""

    shown, notes = safety(strict / place).looked(picture())

    assert notes == ("Marked as unsafe: nsfw 1.00.",)
    assert shown.tobytes() == picture().tobytes()
    assert safety(lax / place).looked(picture())[1] == ()


def test_a_model_sees_a_copy() -> None:
    painted = picture()

    shown, notes = Safety(Policy(measure="mark", model=Path("x")), Vandal()).looked(painted)

    assert notes
    assert shown.tobytes() == picture().tobytes()


def test_a_model_that_breaks_hides_the_picture(caplog: pytest.LogCaptureFixture) -> None:
    policy = Policy(measure="mark", model=Path("x"))

    with pytest.raises(PaintingFailed, match="could not look at the finished picture"):
        Safety(policy, Broken(KeyError("torn"))).looked(picture())

    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize(
    "problem", [torch.OutOfMemoryError("no room"), torch.AcceleratorError("illegal access")]
)
def test_what_the_engine_can_mend_is_left_to_it(problem: Exception) -> None:
    policy = Policy(measure="mark", model=Path("x"))

    with pytest.raises(type(problem)):
        Safety(policy, Broken(problem)).looked(picture())


def test_a_classifier_that_overflows_hides_the_picture(tmp_path: Path) -> None:
    looking = safety(save_classifier(tmp_path, {"neutral": float("nan")}))

    with pytest.raises(PaintingFailed, match="not shown"):
        looking.looked(picture())


def test_a_concept_checker_that_overflows_hides_the_picture(tmp_path: Path) -> None:
    folder = save_concept_checker(tmp_path, unsafe=False)
    kind = tiny.diffusers.pipelines.stable_diffusion.safety_checker.StableDiffusionSafetyChecker
    network = kind.from_pretrained(folder / "safety_checker")
    network.visual_projection.weight.data.fill_(float("inf"))
    network.save_pretrained(folder / "safety_checker")

    with pytest.raises(PaintingFailed, match="not shown"):
        safety(folder).looked(picture())
