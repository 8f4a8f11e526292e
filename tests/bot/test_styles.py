"""The styles commands: one more, one less, and which there are."""

import pytest

from bot.__main__ import run
from bot.painters import Painters

pytestmark = pytest.mark.usefixtures("folder")


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[str]:
    assert run(words) == code
    captured = capsys.readouterr()
    return [" ".join(line.split()) for line in (captured.err or captured.out).splitlines()]


def test_a_style_is_added_listed_and_used(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    added = told(capsys, "styles", "add", "misty morning", "{prompt} in mist", "--negative", "sun")

    listed = told(capsys, "styles", "list")
    assert run(["imagine", "a fox --style Misty-Morning"], painters) == 0

    assert added == ["There is a style “misty morning” for local now."]
    assert listed[1] == "misty morning person {prompt} in mist sun"
    assert "snow Easel {prompt} in the snow" in listed
    assert capsys.readouterr().out.startswith("a-fox-in-mist.png")


def test_a_style_with_the_name_of_a_built_in_one_hides_it_until_it_goes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    added = told(capsys, "styles", "add", "Snow", "{prompt} on snow")

    listed = told(capsys, "styles", "list")
    removed = told(capsys, "styles", "remove", "snow")

    assert added == [
        "There is a style “Snow” for local now. It goes before the built-in one of that name."
    ]
    assert "snow Easel, hidden {prompt} in the snow" in listed
    assert removed[0].endswith("The built-in one of that name is back.")
    assert "snow Easel {prompt} in the snow" in told(capsys, "styles", "list")


def test_a_servers_styles_are_the_servers(capsys: pytest.CaptureFixture[str]) -> None:
    server = ("--server", "7")
    told(capsys, "styles", "add", "mist", "{prompt} in mist", *server, "--why", "calm")

    changed = told(capsys, "styles", "add", "Mist", "{prompt} in fog", *server)

    assert changed == [
        "The style “Mist” of server discord:7 is changed. Old pictures stay as they are."
    ]
    assert told(capsys, "styles", "list", *server)[1] == "Mist server {prompt} in fog"
    assert "Mist" not in " ".join(told(capsys, "styles", "list"))
    assert told(capsys, "audit")[-1].endswith("server discord:7 add style style mist calm")


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["add", "mist", "fog"], 2, "must hold {prompt} once"),
        (["add", "--", "…", "{prompt}"], 2, "A style's name is a word or a few"),
        (["remove", "mist"], 1, "There are none yet."),
        (["remove", "snow"], 1, "A built-in style stays"),
    ],
)
def test_bad_words_are_one_sentence(
    capsys: pytest.CaptureFixture[str], command: list[str], code: int, sentence: str
) -> None:
    [line] = told(capsys, "styles", *command, code=code)

    assert sentence in line
