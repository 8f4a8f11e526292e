"""Mistakes in the prompt language, each with its mend."""

import pytest

from engine.errors import InvalidRequest
from engine.prompt import read_prompt


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a fox --sede 7", "no flag --sede. Did you mean --seed"),
        ("a fox --sede 7", r"write \\--sede"),
        ("a fox —sede 7", r"no flag —sede. .* write \\—sede"),
        ("a fox --qqqq", "Known are: --ar, "),
        ("a fox --seed", "--seed needs a value: a whole number from 0 to 4294967295, or random."),
        ("a fox --seed --steps 3", "--seed needs a value"),
        ("a fox --no --steps 3", "--no needs a value: what must not be in the picture"),
        ("a fox --no=", "--no needs a value"),
        ("a fox --ar", "--ar needs a value: two whole numbers, like 16:9"),
        ("a fox --ar wide", "--ar needs two whole numbers, like 16:9, not “wide”"),
        ("a fox --ar 9:1", "from 4:1 to 1:4"),
        ("a fox --size 512", "--size needs width x height, like 256x192, not “512”"),
        ("a fox --width 512", "Give width and height together"),
        ("a fox --size 500x500", "multiples of 8 from 64 to 2048. Say none"),
        ("a fox --seed 7 --seed 8", "The seed is given twice, by --seed"),
        ("a fox --cfg 7 --guidance 7", "The guidance is given twice, by --cfg and --guidance"),
        ("a fox --size 64x64 --width 64", "The width is given twice, by --size and --width"),
        ("a fox --size 64x64 --ar 1:1", "Give a size or an aspect"),
        ('a fox --no "people', 'The quotation after --no has no end. Close it with "'),
        ("a fox --exact=no", "--exact takes no value"),
        ("a fox --seed 1.5", "seed is a whole number from 0"),
        ("a fox --steps 999", "steps is a whole number from 1 to 150, not '999'"),
        ("a fox --guidance nan", "guidance is a number from 0 to 30"),
        ("a fox --sampler Eular", "Did you mean Euler"),
        ("--seed 7", "Tell me what to paint"),
        ("", "Tell me what to paint"),
        ('a fox --prompt "an owl"', "The prompt is there twice"),
        ("x" * 10_000, "10,000 characters. 6,000 is the most I read"),
        ("a fox --guidance -3", "guidance is a number from 0 to 30, not '-3'"),
        ("a fox --steps 0", "steps is a whole number from 1 to 150, not '0'"),
        ("a fox --size 0x0", "0 is no width or height.*Say none"),
        ("a fox --size -64x64", "--size needs width x height, like 256x192, not “-64x64”"),
        ("a fox --size 9999999999999x8", "9999999999999 is no width or height.*Say none"),
        ("a fox --strength 1.5", "strength is a number from 0 to 1, not '1.5'"),
        ("a fox --strength nan", "strength is a number from 0 to 1, not 'nan'"),
        ("a fox --outpaint 64,64", "--outpaint needs one number of pixels or four, like 64 or"),
        ("a fox --outpaint -8", "--outpaint needs one number of pixels or four"),
        ("a fox --outpaint", "--outpaint needs a value: one number of pixels or four"),
        ("a fox --outpaint 64", "To paint around an image I need the image"),
        ("a fox --guidance-end 0", "guidance end is a share of the steps, above 0 and at most 1"),
        ("a fox --guidance-end 1.1", "a share of the steps, above 0 and at most 1, not '1.1'"),
        ("a fox --cache 6", "cache is a whole number from 1 to 5, not '6'"),
        ("a fox --cache 0", "cache is a whole number from 1 to 5, not '0'"),
        ("a fox --rescale 2", "rescale is a number from 0 to 1, not '2'"),
        ("a fox --clip-skip 0", "clip skip is a whole number from 1 to 12, not '0'"),
        ("a fox --clip_skip 2", "no flag --clip_skip. Did you mean --clip-skip"),
        ("a fox --variation 2", "variation is a number from 0 to 1, not '2'"),
        ("a fox --variation-seed 7", "Give a variation too, like 0.2"),
        ("a fox --variation 0.2 --variation-seed -3", "variation seed is a whole number from 0"),
        ("a fox --variation 0.2 --variation-seed", "from 0 to 4294967295, or random"),
        ("a fox --upscale 5", "upscale is a number from 1 to 4, not '5'"),
        ("a fox --upscaler", "--upscaler needs a value: the name of an upscaler, like Lanczos"),
        ("a fox --redraw 0.5", "Give an upscale too, like --upscale 2"),
        ("a fox --upscale 2 --redraw 2", "redraw is a number from 0 to 1, not '2'"),
        ("a fox --hires", "--hires needs a value: a factor from 1 to 4 and a strength from 0 to 1"),
        ("a fox --hires 2,0.4,1", "from 0 to 1, like 2 or 2,0.4, not “2,0.4,1”"),
        ("a fox --hires ,0.4", "--hires needs a factor from 1 to 4 and a strength"),
        ("a fox --hires 99", "--hires needs a factor from 1 to 4 and a strength"),
        ("a fox --hires 2,1.5", "--hires needs a factor from 1 to 4 and a strength"),
        ("a fox --hires 1", "Give an upscale too"),
        ("a fox --hires 2 --upscale 3", "The upscale is given twice, by --hires and --upscale"),
        ("a fox --redraw 0.3 --hires 2", "The redraw is given twice, by --redraw and --hires"),
    ],
)
def test_mistakes_are_refused_with_the_mend(text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        read_prompt(text)


def test_an_unknown_given_option_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"no “sede”\. Did you mean seed"):
        read_prompt("a fox", sede=7)
