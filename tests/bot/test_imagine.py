"""The imagine command with a painter that needs no model."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import messages
from bot.__main__ import run
from bot.painters import Painters
from bot.settings import Settings, read_settings
from engine.crew import Crew
from engine.job import Picture, Recipe
from engine.ports import Tell
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.fakes import FakePainter, a_png

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """Also where the tests run in the background, where a shell has Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_picture_is_painted_and_told_in_one_line(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["imagine", "a red circle", "--seed", "7", "-o", "out.png"], painters)

    told = capsys.readouterr()
    assert code == 0
    assert told.out == "out.png · seed 7 · book · 128×128 · 4 steps · 0.5 s\n"
    assert told.err == ""
    with Image.open("out.png") as picture:
        assert picture.size == (128, 128)
        assert picture.info["parameters"].startswith("a red circle")


def test_without_o_the_file_is_named_after_the_prompt(painters: Painters) -> None:
    run(["imagine", "a red circle"], painters)
    run(["imagine", "a red circle"], painters)

    assert {"a-red-circle.png", "a-red-circle-2.png"} < set(os.listdir())


def test_every_option_reaches_the_recipe(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("source.png").write_bytes(a_png(64, 64))
    Path("mask.png").write_bytes(a_png(64, 64))
    words = (
        "--negative rain --model BOOK --size 64x192 --steps 9 --guidance 3.5 --sampler DDIM "
        "--seed 11 --count 2 --image source.png --strength 0.5 --mask mask.png --style night "
        "--outpaint 0,0,0,64 --guidance-end 0.6 --cache 3 --rescale 0.7 --clip-skip 2 "
        "--variation 0.3 --variation-seed 5 --upscale 1.5 --upscaler lanczos --redraw 0.4 --exact "
        "--fresh --json -o out.png"
    )

    code = run(["imagine", "a fox", *words.split()], painters)

    first, second = json.loads(capsys.readouterr().out)
    assert code == 0
    assert first["file"] == "out-1.png"
    assert (first["seed"], second["seed"]) == (11, 11)
    assert (first["variation_seed"], second["variation_seed"]) == (5, 6)
    assert first["prompt"] == "a fox at night"
    assert first["image"] is not None
    assert first["mask"] is not None
    expected = {
        "negative": "rain",
        "model": "book",
        "width": 64,
        "height": 192,
        "steps": 9,
        "guidance": 3.5,
        "sampler": "DDIM",
        "strength": 0.5,
        "outpaint": [0, 0, 0, 64],
        "guidance_end": 0.6,
        "cache": 3,
        "rescale": 0.7,
        "clip_skip": 2,
        "variation": 0.3,
        "upscale": 1.5,
        "upscaler": "Lanczos",
        "redraw": 0.4,
        "exact": True,
        "seconds": 0.5,
    }
    assert {name: first[name] for name in expected} == expected


def test_a_mask_may_be_what_is_transparent_of_the_image(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("source.png").write_bytes(a_png(64, 64))

    code = run(["imagine", "a fox", "--image", "source.png", "--mask", "alpha", "--json"], painters)

    (recipe,) = json.loads(capsys.readouterr().out)
    assert code == 0
    assert recipe["mask"] == recipe["image"] is not None


def test_an_image_that_is_only_enlarged_keeps_its_size(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("source.png").write_bytes(a_png(320, 200))
    options = ["--image", "source.png", "--strength", "0", "--upscale", "2", "--json"]

    run(["imagine", "a fox", *options], painters)

    (recipe,) = json.loads(capsys.readouterr().out)
    assert (recipe["width"], recipe["height"]) == (320, 200)


def test_flags_in_the_prompt_win_over_options(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["imagine", "a fox --seed 5 --size 64x64", "--seed", "7", "--json"], painters)

    (recipe,) = json.loads(capsys.readouterr().out)
    assert (recipe["prompt"], recipe["seed"], recipe["width"]) == ("a fox", 5, 64)


def test_alternatives_are_all_painted_where_nobody_can_be_asked(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["imagine", "a {red|blue} fox", "--seed", "1", "--json"], painters)

    recipes = json.loads(capsys.readouterr().out)
    assert [recipe["prompt"] for recipe in recipes] == ["a red fox", "a blue fox"]


def test_the_same_recipe_again_comes_from_history(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["imagine", "a fox", "--seed", "1", "-o", "one.png"], painters)
    run(["imagine", "a fox", "--seed", "1", "-o", "two.png"], painters)

    assert "from history" in capsys.readouterr().out.splitlines()[1]
    assert Path("one.png").read_bytes() == Path("two.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        ([""], "Tell me what to paint"),
        (["  "], "Tell me what to paint"),
        (["a fox", "--size", "100x64"], "multiples of 8 from 64 to 2048"),
        (["a fox", "--size", "4096x4096"], "multiples of 8 from 64 to 2048"),
        (["a fox", "--size", "1024x1024"], "from 64x64 to 512x512"),
        (["a fox", "--size", "big"], "like 256x192"),
        (["a fox", "--size", "64x"], "like 256x192"),
        (["a fox", "--sampler", "Eular"], "Did you mean Euler"),
        (["a fox", "--model", "bok"], "Did you mean book"),
        (["a fox", "--style", "nihgt"], "Did you mean night"),
        (["a fox", "--seed", "-1"], "from 0 to 4294967295"),
        (["a fox", "--seed", "4294967296"], "from 0 to 4294967295"),
        (["a fox", "--seed", "seven"], "from 0 to 4294967295"),
        (["a fox", "--steps", "0"], "from 1 to 150"),
        (["a fox", "--guidance", "nan"], "from 0 to 30"),
        (["a fox", "--count", "17"], "from 1 to 16"),
        (["a fox --sead 7"], "--seed"),
        (["a fox", "--mask", "source.png"], "A mask needs an image"),
        (["a fox", "--image", "missing.png"], "There is no image missing.png"),
        (["a fox", "--image", "folder"], "is a folder"),
        (["a fox", "--image", "text.png"], "no picture that I can read"),
        (["a fox", "-o", "missing/out.png"], "There is no folder missing"),
        (["a fox", "-o", "folder"], "is a folder"),
        (["a fox", "-o", "out.jpg"], "I write PNG files"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_before_painting(
    painters: Painters,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    mend: str,
) -> None:
    Path("folder").mkdir()
    Path("text.png").write_text("no picture")
    Path("source.png").write_bytes(a_png())

    code = run(["imagine", *arguments], painters)

    told = capsys.readouterr()
    assert code == 2
    assert mend in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert not list(Path().rglob("out*"))


def test_an_option_with_a_typing_mistake_is_answered_with_the_nearest(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["imagine", "a fox", "--sead", "7"], painters)

    assert code == 2
    assert "--seed" in capsys.readouterr().err


def test_painting_that_fails_is_a_sentence_and_code_1(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["imagine", "fail", "-o", "out.png"], painters)

    told = capsys.readouterr()
    assert (code, told.out, told.err) == (1, "", "The paint ran out.\n")
    assert not Path("out.png").exists()


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_withdraws_the_job_and_writes_nothing(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    impatient = replace(painters, open=_open_interrupted)

    code = run(["imagine", "a fox", "-o", "out.png"], impatient)

    told = capsys.readouterr()
    assert (code, told.out, told.err) == (130, "", f"{messages.STOPPED}\n")
    assert not Path("out.png").exists()
    assert asyncio.run(_left_over()) == []


def test_a_setting_that_is_unknown_is_refused(
    painters: Painters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_PROT", "1")

    code = run(["imagine", "a fox"], painters)

    assert code == 2
    assert "Did you mean EASEL_PORT" in capsys.readouterr().err


def test_json_is_all_there_is_on_stdout(
    painters: Painters, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(["imagine", "ein Käfer", "--json"], painters)

    (recipe,) = json.load(BytesIO(capsysbinary.readouterr().out))
    assert recipe["prompt"] == "ein Käfer"
    assert Path(recipe["file"]).is_file()


class InterruptedPainter(FakePainter):
    """Somebody presses Ctrl-C as soon as it paints."""

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        os.kill(os.getpid(), signal.SIGINT)
        return await super().paint(recipe, sources, tell)


@asynccontextmanager
async def _open_interrupted(_: Settings) -> AsyncIterator[Crew]:
    yield Crew(InterruptedPainter())


async def _left_over() -> list[str]:
    """The jobs that a restart would take up."""
    settings = read_settings()
    async with connect(settings.database) as engine:
        ledger = SqlLedger(engine, PictureFiles(settings.data_dir))
        return [job.id for job in await ledger.unfinished()]
