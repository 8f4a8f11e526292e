"""The weights that ship, and the score that is stored beside them."""

import json
from datetime import date
from pathlib import Path

import pytest

from engine.picturebook.check import (
    RECIPE,
    SCORE_FILE,
    WEIGHTS,
    digest,
    main,
    open_painter,
    report,
)
from engine.picturebook.exam import LANDING, Score, examine, questions


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "model_index.json").write_text("{}")
    return tmp_path


def test_the_stored_score_belongs_to_the_shipped_weights() -> None:
    stored = json.loads((WEIGHTS / SCORE_FILE).read_text(encoding="utf-8"))

    assert stored["weights"] == digest(WEIGHTS)
    assert stored["prompts"] == len(questions())
    assert all(stored["shares"][name] >= least for name, least in LANDING.items())


# diffusers still turns tensors into arrays in the way of numpy 1.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_shipped_weights_paint_what_they_are_told() -> None:
    asked = [question for question in questions() if "plain_shape" in question.asks][:56:14]

    score = examine(open_painter(WEIGHTS), asked)

    assert score.marks["background"][0] >= len(asked) - 1, score.table()
    assert score.marks["colour"][0] >= len(asked) - 1, score.table()


def test_a_changed_byte_changes_the_digest(weights: Path) -> None:
    before = digest(weights)

    (weights / "unet" / "model.safetensors").write_bytes(b"weightz")

    assert digest(weights) != before


def test_a_renamed_file_changes_the_digest(weights: Path) -> None:
    before = digest(weights)

    (weights / "unet").rename(weights / "vae")

    assert digest(weights) != before


def test_the_score_file_does_not_change_the_digest(weights: Path) -> None:
    before = digest(weights)

    (weights / SCORE_FILE).write_text("{}")

    assert digest(weights) == before


def test_the_report_says_how_and_when_and_of_which_weights(weights: Path) -> None:
    score = Score(marks={"colour": (2, 3)}, mistakes={})

    told = json.loads(report(score, weights, recipe=RECIPE, prompts=3, day=date(2026, 11, 21)))

    assert told == {
        "shares": {"colour": 0.6667},
        "right_of_asked": {"colour": [2, 3]},
        "prompts": 3,
        "recipe": {"steps": 20, "guidance": 5.0, "sampler": "DPM++ 2M"},
        "date": "2026-11-21",
        "weights": digest(weights),
    }


def test_a_folder_without_weights_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path)])

    assert stopped.value.code == 2
    assert "There are no weights in" in capsys.readouterr().err
