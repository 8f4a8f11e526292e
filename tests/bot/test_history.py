"""What the owner of this machine does with their pictures at the terminal."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image

from bot.__main__ import run
from bot.history import read_picture, read_search
from bot.painters import Painters
from engine.errors import InvalidRequest

pytestmark = pytest.mark.usefixtures("folder")


def paint(painters: Painters, prompt: str, *options: str) -> None:
    assert run(["imagine", prompt, "-o", "painted.png", *options], painters) == 0


def told(capsys: pytest.CaptureFixture[str], *command: str) -> list[str]:
    """The lines of a history command that went well."""
    capsys.readouterr()
    code = run(["history", *command])
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    return said.out.splitlines()


def refused(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    capsys.readouterr()
    assert run(["history", *command]) != 0
    return capsys.readouterr().err


def prompts(lines: list[str]) -> list[str]:
    """The last column but that of the header."""
    return [re.split(r" book\s+", line)[1] for line in lines if " book " in line]


def test_where_there_is_nothing_a_way_to_something_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert told(capsys, "list") == ["You have no pictures yet. `easel imagine` paints one."]
    assert told(capsys, "list", "fox") == ["None of your pictures is like that."]


def test_pictures_are_listed_with_the_newest_first(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    for prompt in ("a red fox", "a cat", "a fox in the snow"):
        paint(painters, prompt, "--seed", "7")

    header, *rows = told(capsys, "list")
    page = told(capsys, "list", "-n", "2")
    rest = told(capsys, "list", "--before", "2")

    assert header.split() == ["number", "painted", "size", "seed", "model", "prompt"]
    assert [row.split()[0] for row in rows] == ["3", "2", "1"]
    assert prompts(rows) == ["a fox in the snow", "a cat", "a red fox"]
    assert page[-1] == "There are more: add --before 2."
    assert prompts(page) == ["a fox in the snow", "a cat"]
    assert prompts(rest) == ["a red fox"]


FOUND = [
    (["fox"], ["a fox in the snow", "a red fox"]),
    (['"red fox"'], ["a red fox"]),
    (["fox", "--seed", "8"], ["a fox in the snow"]),
    (["--model", "BOOK", "--seed", "7"], ["a red fox"]),
    (["--since", "2001-01-01", "--until", "2199-01-01"], ["a fox in the snow", "a red fox"]),
    (["--until", "2001-01-01"], []),
    (["--favourites"], ["a red fox"]),
]


def test_what_is_looked_for_is_found(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a red fox", "--seed", "7")
    paint(painters, "a fox in the snow", "--seed", "8")
    told(capsys, "favourite", "1")

    for options, found in FOUND:
        assert prompts(told(capsys, "list", *options)) == found, options


def test_json_is_for_programs(painters: Painters, capsys: pytest.CaptureFixture[str]) -> None:
    paint(painters, "a 狐", "--seed", "7")

    [picture] = json.loads("\n".join(told(capsys, "list", "--json")))
    nothing = json.loads("\n".join(told(capsys, "list", "nothing", "--json")))

    assert (picture["number"], picture["favourite"], picture["seconds"]) == (1, False, 0.5)
    assert (picture["recipe"]["prompt"], picture["recipe"]["seed"]) == ("a 狐", 7)
    assert nothing == []


def test_a_picture_is_shown_and_written_with_its_recipe(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a fox", "--seed", "7")

    lines = told(capsys, "show", "#1", "-o", "shown.png")

    assert ["cost", "0.50", "credits"] in [line.split() for line in lines]
    assert lines[-2] == "a fox"
    assert "Seed: 7" in lines[-1]
    with Image.open("shown.png") as picture:
        assert picture.info["parameters"] == "\n".join(lines[-2:])


def test_a_long_prompt_is_cut_in_the_list_only(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = " ".join(["fox"] * 40)
    paint(painters, prompt)

    [listed] = prompts(told(capsys, "list"))

    assert listed.endswith("…")
    assert len(listed) <= 60
    assert prompt in told(capsys, "show", "1")


def test_a_picture_is_painted_again_from_its_number(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a {red|blue} fox", "--seed", "7")
    capsys.readouterr()

    codes = [
        run(["history", "again", "2", "-o", "same.png", "--fresh"], painters),
        run(["history", "again", "2", "-o", "known.png"], painters),
        run(["history", "again", "2", "-o", "other.png", "--seed", "8", "--json"], painters),
    ]

    said = capsys.readouterr().out
    assert codes == [0, 0, 0]
    assert "same.png · seed 7 · book" in said
    assert "from history" not in said.splitlines()[0]
    assert "from history" in said.splitlines()[1]
    assert '"prompt": "a blue fox"' in said
    assert Path("same.png").read_bytes() == Path("painted-2.png").read_bytes()
    assert Path("known.png").read_bytes() == Path("same.png").read_bytes()
    assert Path("other.png").read_bytes() != Path("same.png").read_bytes()


def test_a_reroll_has_a_seed_of_its_own(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a fox", "--seed", "7")

    assert run(["history", "again", "1", "--reroll", "-o", "new.png"], painters) == 0

    [new, old] = json.loads("\n".join(told(capsys, "list", "--json")))
    assert new["recipe"]["seed"] != 7
    assert {**new["recipe"], "seed": 7} == old["recipe"]


def test_defaults_of_today_do_not_change_a_picture_of_then(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a fox", "--seed", "7")
    assert run(["settings", "set", "--steps", "9", "--negative", "rain"], painters) == 0

    assert run(["history", "again", "1", "--fresh", "-o", "same.png"], painters) == 0

    [new, old] = json.loads("\n".join(told(capsys, "list", "--json")))
    assert new["recipe"] == old["recipe"]


def test_deleted_pictures_are_gone_with_their_files(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    for prompt in ("a fox", "a cat", "a dog"):
        paint(painters, prompt)

    lines = told(capsys, "delete", "1", "3", "3")

    assert lines == ["2 pictures deleted."]
    assert prompts(told(capsys, "list")) == ["a cat"]
    assert len([path for path in Path("data/pictures").rglob("*") if path.is_file()]) == 1


def test_an_export_is_a_zip_of_what_fits(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a fox")
    paint(painters, "a cat")

    everything = told(capsys, "export", "all.zip")
    cats = told(capsys, "export", "cats.zip", "cat")

    assert everything == ["2 pictures in all.zip."]
    assert cats == ["1 picture in cats.zip."]
    with ZipFile("all.zip") as parcel:
        assert sorted(parcel.namelist()) == ["1.png", "1.txt", "2.png", "2.txt", "manifest.json"]
    assert not [name for name in os.listdir() if name.endswith(".easel")]


def test_an_export_that_cannot_be_written_is_said(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a fox")

    assert "I could not write" in refused(capsys, "export", "no/such/folder/all.zip")


def test_whoever_wants_to_be_forgotten_says_so_twice(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a fox")

    asked = refused(capsys, "forget")
    kept = prompts(told(capsys, "list"))
    [said] = told(capsys, "forget", "--yes")

    assert "add --yes" in asked
    assert kept == ["a fox"]
    assert "What stays" in said
    assert told(capsys, "list") == ["You have no pictures yet. `easel imagine` paints one."]
    assert not [path for path in Path("data/pictures").rglob("*") if path.is_file()]


REFUSED = [
    (["show", "fox"], "“fox” is no number of a picture"),
    (["show", "7"], "You have no picture 7"),
    (["delete", "1", "7"], "You have no picture 7"),
    (["favourite", "7"], "You have no picture 7"),
    (["list", "--seed", "-1"], "seed is a whole number"),
    (["list", "--since", "someday"], "“someday” is no time. Write it like 2026-05-31"),
    (["list", "--until", "9999-12-31"], "is no time"),
    (["list", "--before", "fox"], "no number of a picture"),
    (["again", "1", "--seed", "7", "--reroll"], "not both"),
]


def test_what_cannot_be_is_said_with_the_mend(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(painters, "a fox")

    for command, sentence in REFUSED:
        assert sentence in refused(capsys, *command), command

    assert prompts(told(capsys, "list")) == ["a fox"]


def test_a_day_is_meant_to_its_end_and_a_moment_to_itself() -> None:
    none: dict[str, Any] = {"model": None, "seed": None, "favourites": False}

    day = read_search(None, since="2026-05-31", until="2026-05-31", **none)
    moment = read_search(None, since=None, until="2026-05-31T18:00+02:00", **none)

    assert day.since == datetime(2026, 5, 31, tzinfo=UTC)
    assert day.until == datetime(2026, 6, 1, tzinfo=UTC)
    assert moment.until == datetime(2026, 5, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize("word", ["", "1.5", "-1", "１", "1" * 30, "#", "1 2"])
def test_a_number_is_digits(word: str) -> None:
    with pytest.raises(InvalidRequest, match="no number of a picture"):
        read_picture(word)
