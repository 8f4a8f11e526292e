"""Options that name pictures to follow and to take the look of."""

from pathlib import Path

import pytest

from bot.__main__ import run
from bot.led import Led, read_controls, read_references
from bot.painters import Painters
from engine.errors import InvalidRequest
from tests.fakes import a_png


@pytest.mark.parametrize(
    ("typed", "file", "wishes"),
    [
        ("edges=a.png", "a.png", {"name": "edges"}),
        ("edges=a.png:0.8", "a.png", {"name": "edges", "weight": "0.8"}),
        ("edges=a.png:1", "a.png", {"name": "edges", "weight": "1"}),
        (
            "my edges=b/a=1.png:.5:0.1-0.75",
            "b/a=1.png",
            {"name": "my edges", "weight": ".5", "start": "0.1", "end": "0.75"},
        ),
        (r"edges=C:\a.png", r"C:\a.png", {"name": "edges"}),
        ("edges=a.png:much", "a.png:much", {"name": "edges"}),
    ],
)
def test_a_control_is_a_name_a_file_and_what_may_follow(
    typed: str, file: str, wishes: dict[str, str]
) -> None:
    assert read_controls([typed], []) == (Led(file=file, wishes=wishes),)


@pytest.mark.parametrize("typed", ["a.png", "folder/a=b.png", "=a.png"])
def test_a_control_without_a_name_is_told_how_to_write_one(typed: str) -> None:
    with pytest.raises(InvalidRequest, match=r"like edges=sketch\.png"):
        read_controls([typed], [])


@pytest.mark.parametrize("typed", ["", " "])
def test_a_control_of_nothing_is_refused(typed: str) -> None:
    with pytest.raises(InvalidRequest, match="needs a file"):
        read_controls([typed], [])


def test_a_preprocessor_is_for_all_or_for_the_one_before_its_equals_sign() -> None:
    typed = ["edges=a.png", "depth=b.png"]

    for_all = read_controls(typed, ["canny"])
    for_one = read_controls(typed, ["depth=depth"])
    for_each = read_controls(typed, ["canny", "depth=depth"])

    def preprocessors(controls: tuple[Led, ...]) -> list[str | None]:
        return [control.wishes.get("preprocessor") for control in controls]

    assert preprocessors(for_all) == ["canny", "canny"]
    assert preprocessors(for_one) == [None, "depth"]
    assert preprocessors(for_each) == ["canny", "depth"]


@pytest.mark.parametrize(
    ("typed", "mend"),
    [([], "--control NAME=FILE"), (["edges=a.png"], r"no “egdes”.*Did you mean edges")],
)
def test_a_preprocessor_for_nothing_is_told(typed: list[str], mend: str) -> None:
    with pytest.raises(InvalidRequest, match=mend):
        read_controls(typed, ["egdes=canny"])


def test_references_have_their_own_weight_or_the_one_for_all() -> None:
    references = read_references(["a.png", "b.png:0.3", "warm=c.png"], "0.9")

    assert references == (
        Led(file="a.png", wishes={"weight": "0.9"}),
        Led(file="b.png", wishes={"weight": "0.3"}),
        Led(file="c.png", wishes={"weight": "0.9", "name": "warm"}),
    )


@pytest.mark.parametrize(
    ("typed", "weight", "mend"),
    [([], "0.5", "--reference FILE"), (["a.png:0.5:0-1"], None, "no start and end")],
)
def test_what_makes_no_sense_of_references_is_told(
    typed: list[str], weight: str | None, mend: str
) -> None:
    with pytest.raises(InvalidRequest, match=mend):
        read_references(typed, weight)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("options", "mend"),
    [
        (["--control", "edges=gone.png"], "There is no picture gone.png. Look at the path."),
        (["--control", "edges=here.png"], "I have no ControlNet “edges”"),
        (["--control", "edges=here.png:3"], "weight is a number from 0 to 2"),
        (["--control", "here.png"], "names no ControlNet"),
        (["--reference", "gone.png"], "There is no picture gone.png. Look at the path."),
        (["--reference", "here.png"], "I have no IP-Adapter for book"),
        (["--reference", "here.png", "--reference-weight", "9"], "is a number from 0 to 2"),
    ],
)
def test_what_cannot_be_followed_is_told_before_anything_is_painted(
    options: list[str], mend: str, painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("here.png").write_bytes(a_png(8, 8))

    code = run(["imagine", "a fox", *options], painters)

    assert code != 0
    assert mend in capsys.readouterr().err
