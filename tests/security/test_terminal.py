"""Whatever is typed after `easel`, or lies in a file that it reads, ends in a sentence."""

import os
import random
from pathlib import Path

import pytest

from bot.__main__ import BAD_INPUT, DONE, FAILED, run
from bot.painters import Painters
from tests.security.corpus import texts
from tests.security.entrances import bugs_in, through
from tests.security.signs import commands_in

OPTIONS = (
    *("--negative", "--model", "--size", "--steps", "--guidance", "--guidance-end", "--cache"),
    *(
        "--rescale",
        "--clip-skip",
        "--sampler",
        "--seed",
        "--variation",
        "--variation-seed",
        "--count",
    ),
    *("--image", "--strength", "--mask", "--outpaint", "--upscale", "--upscaler", "--redraw"),
    *("--style", "--control", "--preprocess", "--reference", "--reference-weight", "--prompts"),
    "--nothing",
)
"""All but the one that names a file to write."""
OTHERS = (
    ("history", "list", "--search"),
    ("history", "show"),
    ("history", "export"),
    ("keys", "add"),
    ("keys", "revoke"),
    ("models", "check"),
    ("models", "remove", "--yes"),
    ("quota", "show"),
    ("quota", "tier"),
    ("settings", "set", "--size"),
    ("settings", "set", "--model"),
    ("styles", "add", "--prompt", "x"),
    ("styles", "remove"),
    ("audit", "--person"),
    ("queue", "show"),
    ("restore",),
    ("restore", "--check"),
    ("nothing",),
)
ENDS = {DONE, FAILED, BAD_INPUT}


@through("terminal")
@pytest.mark.promise(17, count=500)
def test_whatever_is_typed_ends_in_a_sentence(
    data_dir: Path,
    painters: Painters,
    count: int,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    chance, words = random.Random(13), texts(count)

    for word in words:
        arguments = _arguments(chance, word)
        end = run(arguments, painters)

        told = capfd.readouterr()
        assert end in ENDS, arguments
        assert "Traceback" not in told.err, arguments
        if not told.err.startswith("Usage"):
            # Of a command that there is not, only what was typed is repeated.
            assert not commands_in(told.err), arguments
        assert not bugs_in(caplog.records), arguments


@pytest.mark.parametrize("listing", [["history", "list"], ["history", "show", "1"]])
def test_words_of_strangers_do_nothing_in_a_terminal(
    data_dir: Path, painters: Painters, capfd: pytest.CaptureFixture[str], listing: list[str]
) -> None:
    signs = "\x1b[2J\x9b31m\u202e\u061c\u200e\u200f\u2028"
    run(["imagine", f"a fox {signs} --negative \x07", "--json"], painters)
    painted = capfd.readouterr()

    assert run(listing, painters) == DONE
    listed = capfd.readouterr()

    assert "a fox" in listed.out
    assert not commands_in(painted.out + listed.out + listed.err)


@through("files")
def test_whatever_is_in_a_file_of_prompts_ends_in_a_sentence(
    data_dir: Path, painters: Painters, count: int, capfd: pytest.CaptureFixture[str]
) -> None:
    chance, file = random.Random(17), Path("prompts.txt")

    for word in texts(count // 10):
        content = bytearray(word.encode(errors="surrogatepass"))
        if chance.random() < 0.3 and content:
            content[chance.randrange(len(content))] = chance.randrange(256)
        file.write_bytes(content)
        end = run(["imagine", "--prompts", str(file), "--json", "--size", "64x64"], painters)

        assert end in ENDS, content
        assert "Traceback" not in capfd.readouterr().err, content


def _arguments(chance: random.Random, word: str) -> list[str]:
    # As the system hands it over: what is no text in pieces, and no NUL.
    word = os.fsdecode(word.replace("\0", "").encode(errors="surrogatepass"))
    if word.startswith(("-o", "--o")):
        # Nothing here may be written where it says.
        word = f" {word}"
    match chance.randrange(10):
        case 0:
            return [*chance.choice(OTHERS), word]
        case 1:
            return [*chance.choice(OTHERS), "--", word, word]
        case 2 | 3 | 4:
            return ["imagine", "--json", "--", word]
        case _:
            return ["imagine", "a fox --size 64x64", "--json", chance.choice(OPTIONS), word]
