"""The imagine command with a file of prompts."""

import json
import os
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.painters import Painters
from tests.fakes import a_png

pytestmark = pytest.mark.usefixtures("folder")

PROMPTS = """
# Foxes of all colours.
a red fox --seed 1
a {grey|white} fox --seed 2 --steps 3
"""


def test_a_file_of_prompts_is_painted_in_its_order(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("prompts.txt").write_text(PROMPTS)

    code = run(
        ["imagine", "--prompts", "prompts.txt", "--steps", "5", "--json", "-o", "fox.png"], painters
    )

    told = [
        (recipe["file"], recipe["prompt"], recipe["steps"])
        for recipe in json.loads(capsys.readouterr().out)
    ]
    assert code == 0
    assert told == [
        ("fox-1.png", "a red fox", 5),
        ("fox-2.png", "a grey fox", 3),
        ("fox-3.png", "a white fox", 3),
    ]
    assert {"fox-1.png", "fox-2.png", "fox-3.png"} < set(os.listdir())


def test_a_mistake_in_a_file_of_prompts_is_told_with_its_line_before_anything_is_painted(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("prompts.txt").write_text(f"{PROMPTS}a blue fox --model moon\n")

    code = run(["imagine", "--prompts", "prompts.txt"], painters)

    assert code == 2
    assert capsys.readouterr().err.startswith("Line 5: I have no model “moon”.")
    assert not list(Path().glob("*.png"))


def test_a_prompt_that_cannot_be_painted_does_not_stop_those_after_it(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("prompts.txt").write_text("a fox\nto fail\na hare\n")

    code = run(["imagine", "--prompts", "prompts.txt"], painters)

    told = capsys.readouterr()
    assert code == 1
    assert [line.split(" ")[0] for line in told.out.splitlines()] == ["a-fox.png", "a-hare.png"]
    assert told.err == "Line 2: The paint ran out.\n"


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        ([], "Tell me what to paint"),
        (["a fox", "--prompts", "prompts.txt"], "not both"),
        (["--prompts", "gone.txt"], "There is no file gone.txt"),
        (["--prompts", "."], "I cannot read"),
        (["--prompts", "picture.png"], "is no text"),
        (["--prompts", "empty.txt"], "There is no prompt in that file"),
    ],
)
def test_a_file_of_prompts_that_cannot_be_used_is_told(
    arguments: list[str],
    mend: str,
    painters: Painters,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("picture.png").write_bytes(a_png(8, 8))
    Path("empty.txt").write_text("# nothing\n\n")

    code = run(["imagine", *arguments], painters)

    assert code == 2
    assert mend in capsys.readouterr().err
