"""The settings commands: what is typed, kept, and shown."""

import asyncio

import pytest
from rich.console import Console

from bot.__main__ import run
from bot.imagine import Asked, imagine
from bot.painters import Painters
from bot.prompts_file import lines_of
from bot.settings import read_settings

pytestmark = pytest.mark.usefixtures("folder")


def told(
    painters: Painters, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0
) -> list[str]:
    """The lines that `easel WORDS` prints, with one space between words."""
    assert run(words, painters) == code
    captured = capsys.readouterr()
    return [" ".join(line.split()) for line in (captured.err or captured.out).splitlines()]


def test_what_is_set_is_shown(painters: Painters, capsys: pytest.CaptureFixture[str]) -> None:
    command = "settings set --size 64x128 --steps 9 --style snow"

    assert told(painters, capsys, *command.split()) == ["It is set for local."]
    told(painters, capsys, "settings", "set", "--aspect", "16:9", "--style", "none")

    assert told(painters, capsys, "settings", "show") == [
        "default value",
        "model the first one",
        "size 16:9",
        "sampler the model's",
        "steps 9",
        "guidance the model's",
        "negative prompt none",
        "style none",
        "count 1",
        "exactness no",
    ]
    assert "steps the model's" in told(painters, capsys, "settings", "show", "--person", "42")


def test_a_servers_settings_are_shown_with_its_defaults(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    command = (
        "settings set --server 7 --models BOOK --most 4 --images no --loras no --refuse naked,gore "
        "--channels 81384788765712384 --audit-channel 44 --safety-adult off "
        "--safety-channels 42:off,43:off --language de --steps 9 --why calm"
    )

    told(painters, capsys, *command.split())

    shown = told(painters, capsys, "settings", "show", "--server", "7")
    assert shown[:12] == [
        "setting value",
        "models book",
        "pictures at once 4",
        "source pictures no",
        "LoRAs no",
        "refused words naked, gore",
        "safety as everywhere",
        "safety where it is age-restricted off",
        "safety of channels 42 off, 43 off",
        "channels 81384788765712384",
        "audit channel 44",
        "language de",
    ]
    assert "steps 9" in shown[12:]
    told(painters, capsys, "quota", "grant", "7", "5")
    [_, defaults, settings] = told(painters, capsys, "audit", "--server", "7")
    assert defaults.endswith("local server discord:7 defaults steps default → 9 calm")
    assert "source pictures default → no, LoRAs default → no" in settings


def test_what_a_new_list_drops_is_said(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    def put(*words: str) -> list[str]:
        return told(painters, capsys, "settings", "set", "--server", "7", *words)

    put("--refuse", "naked,big gore", "--safety-channels", "42:off")

    assert put("--refuse", "cat", "--safety-channels", "43:off") == [
        "It is set for server discord:7.",
        "Not on the list of refused words any more: naked, big gore. What is set is the whole "
        "list. To add to it, name all: --refuse 'naked,big gore,cat'.",
        "Not on the list of safety of channels any more: 42 off. What is set is the whole "
        "list. To add to it, name all: --safety-channels 42:off,43:off.",
    ]
    assert put("--refuse", "cat,dog") == ["It is set for server discord:7."]
    assert put("--refuse", "none") == ["It is set for server discord:7."]


def test_default_is_as_if_nothing_had_been_set(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    told(painters, capsys, "settings", "set", "--server", "7", "--most", "4", "--count", "2")

    forgetting = "settings set --server 7 --most default --count default"
    told(painters, capsys, *forgetting.split())

    shown = told(painters, capsys, "settings", "show", "--server", "7")
    assert "pictures at once no limit" in shown
    assert "count 1" in shown


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("set", "Say what to set"),
        ("set --steps many", "steps is a whole number from 1 to 150"),
        ("set --model oil", "I have no model “oil”. Known are: book."),
        ("set --size 640x640", "640x640 is too large"),
        ("set --sampler Eulr", "Did you mean Euler"),
        ("set --most 4", "Only a server has such settings"),
        ("set --server 7 --models oil", "I have no model “oil”"),
        ("set --server 7 --safety blur", "Name the folder of one by EASEL_SAFETY_MODEL"),
        ("set --server 7 --person 7 --steps 9", "not both"),
        ("show --person 7 --server 7", "not both"),
        ("show --server \x00", "no server's id"),
    ],
)
def test_bad_words_are_one_sentence_and_change_nothing(
    painters: Painters, capsys: pytest.CaptureFixture[str], command: str, sentence: str
) -> None:
    [line] = told(painters, capsys, "settings", *command.split(), code=2)

    assert sentence in line
    assert told(painters, capsys, "audit") == ["No moderator has done anything yet."]


def test_imagine_paints_by_the_defaults_and_flags_go_before_them(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    command = "settings set --size 64x64 --steps 9 --count 2 --style night --exact yes"
    told(painters, capsys, *command.split())

    painted = told(painters, capsys, "imagine", "a fox", "--seed", "7")
    told(painters, capsys, "imagine", "a fox --steps 3 --count 1 --style snow", "--no-exact")

    assert painted == [
        "a-fox-at-night.png · seed 7 · book · 64×64 · 9 steps · 0.5 s",
        "a-fox-at-night-2.png · seed 8 · book · 64×64 · 9 steps · 0.5 s",
    ]
    [line] = told(painters, capsys, "imagine", "a cat --count 1 --style snow --steps 3")
    assert "a-cat-in-the-snow.png" in line
    assert "3 steps" in line


def test_many_pictures_by_default_are_no_permutations_to_be_asked_about(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    told(painters, capsys, "settings", "set", "--count", "2")
    asked = Asked(lines=lines_of("a fox", None), given={}, sources={})
    painted = imagine(
        asked, read_settings(), painters, console=Console(stderr=True), agreed=lambda *_: False
    )

    outcome = asyncio.run(painted)

    assert len(outcome.written) == 2


def test_a_default_that_is_gone_is_said_and_not_in_the_way(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    told(painters, capsys, "styles", "add", "mist", "{prompt} in the mist")
    told(painters, capsys, "settings", "set", "--style", "mist", "--steps", "9")
    told(painters, capsys, "styles", "remove", "mist")

    assert run(["imagine", "a fox"], painters) == 0

    said = capsys.readouterr()
    assert "The default for the style was passed over: I know no style “mist”." in said.err
    assert "9 steps" in said.out
    assert "was passed over" in told(painters, capsys, "settings", "show")[-1]
