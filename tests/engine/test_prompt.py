import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.prompt import read_prompt, write_prompt
from engine.request import LARGEST_SEED, ImageRequest
from engine.sampler import SAMPLERS

SIGNS = st.sampled_from(
    (
        *("--", "—", "–", "-", "\\", '"', "“", "”", "„", "«", "»", "=", ":", "x", "a", " ", "\n"),
        *("--seed", "--ar", "--no", "--exact", "--prompt", "16:9", "7", "-1", "random", "fox", "É"),
    )
)
WORDS = st.lists(SIGNS, max_size=15).map("".join) | st.text(max_size=30)
# What PostgreSQL cannot keep, no request holds.
READABLE = WORDS.map(lambda text: text.replace("\x00", ""))
SIDES = st.integers(8, 256).map(lambda eighths: eighths * 8)
SHAPES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"width": SIDES, "height": SIDES}),
    st.tuples(st.integers(4, 16), st.integers(4, 16)).map(lambda aspect: {"aspect": aspect}),
)
OPTIONS = st.fixed_dictionaries(
    {"prompt": READABLE.filter(lambda text: bool(text.strip()))},
    optional={
        "negative": READABLE,
        "model": READABLE,
        "steps": st.integers(1, 150),
        "guidance": st.floats(0, 30),
        "sampler": st.sampled_from(sorted(SAMPLERS)),
        "seed": st.integers(0, LARGEST_SEED),
        "count": st.integers(1, 16),
        "style": READABLE,
        "guidance_end": st.floats(0, 1, exclude_min=True),
        "cache": st.integers(1, 5),
        "rescale": st.floats(0, 1),
        "clip_skip": st.integers(1, 12),
        "upscaler": READABLE,
        "exact": st.booleans(),
        "fresh": st.booleans(),
    },
)
MARGINS = st.tuples(*[st.integers(0, 256).map(lambda eighths: eighths * 8)] * 4)
PICTURES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"image": READABLE.filter(bool)},
        optional={
            "strength": st.floats(0, 1, exclude_min=True),
            "mask": READABLE,
            "outpaint": MARGINS,
        },
    ),
)
VARIATIONS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"variation": st.floats(0, 1, exclude_min=True)},
        optional={"variation_seed": st.integers(0, LARGEST_SEED)},
    ),
)
UPSCALES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"upscale": st.floats(1, 4, exclude_min=True)}, optional={"redraw": st.floats(0, 1)}
    ),
)
REQUESTS = st.builds(
    lambda *parts: ImageRequest(**{name: part[name] for part in parts for name in part}),
    OPTIONS,
    SHAPES,
    PICTURES,
    VARIATIONS,
    UPSCALES,
)
KEPT = ImageRequest(prompt="x", image="ab", strength=0, upscale=2)


def test_a_text_without_flags_is_the_prompt() -> None:
    assert read_prompt("a fox in the snow") == ImageRequest(prompt="a fox in the snow")


def test_every_flag_is_read_from_one_line() -> None:
    request = read_prompt(
        "a fox --ar 16:9 --seed 7 --steps 30 --no people --model sdxl --count 4 "
        '--sampler "DPM++ 2M Karras" --guidance 6 --style pixel art --strength 0.5 --exact --fresh',
        image="ab",
    )

    assert request == ImageRequest(
        prompt="a fox",
        aspect=(16, 9),
        seed=7,
        steps=30,
        negative="people",
        model="sdxl",
        count=4,
        sampler="DPM++ 2M Karras",
        guidance=6.0,
        style="pixel art",
        image="ab",
        strength=0.5,
        exact=True,
        fresh=True,
    )


def test_every_further_flag_is_read_from_one_line() -> None:
    request = read_prompt(
        "a fox --outpaint 0,64,128,8 --guidance-end 0.6 --cache 3 --rescale 0.7 --clip-skip 2 "
        "--variation 0.2 --variation-seed 9 --upscale 1.5 --upscaler 4x UltraSharp --redraw 0.4",
        image="ab",
    )

    assert request == ImageRequest(
        prompt="a fox",
        image="ab",
        outpaint=(0, 64, 128, 8),
        guidance_end=0.6,
        cache=3,
        rescale=0.7,
        clip_skip=2,
        variation=0.2,
        variation_seed=9,
        upscale=1.5,
        upscaler="4x UltraSharp",
        redraw=0.4,
    )


@pytest.mark.parametrize("size", ["512x768", "512X768", "512×768", "512*768"])
def test_a_size_is_a_width_and_a_height(size: str) -> None:
    request = read_prompt(f"a fox --size {size}")

    assert (request.width, request.height) == (512, 768)
    assert request == read_prompt("a fox --width 512 --height 768")


@pytest.mark.parametrize("ratio", ["2:3", "2/3", "2x3"])
def test_an_aspect_is_two_numbers(ratio: str) -> None:
    assert read_prompt(f"a fox --ar {ratio}").aspect == (2, 3)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("--cfg 5", "--guidance 5"),
        ("--scale 5", "--guidance 5"),
        ("--no people", "--negative people"),
        ("--aspect 2:3", "--ar 2:3"),
        ("--SEED 7", "--seed 7"),
        ("--seed=7", "--seed 7"),
        ("--no=people, cars", '--no "people, cars"'),
        ('--sampler="Euler a"', "--sampler euler a"),
        ("--seed\n7", "--seed 7"),
        ("—seed 7", "--seed 7"),
        ("–seed 7", "--seed 7"),
        ("--model “my model”", '--model "my model"'),
        ("--model „my model“", '--model "my model"'),
        ("--model «my model»", '--model "my model"'),
        ("--outpaint 64", "--outpaint 64,64,64,64"),
        ("--outpaint 0", ""),
        ("--hires 2", "--upscale 2 --redraw 0.5"),
        ("--hires=1.5,0.3", "--redraw 0.3 --upscale 1.5"),
        ("--hires 2,", "--hires 2"),
        ("--hires 2,0", "--upscale 2"),
        ("--variation 0.2 --variation-seed random", "--variation 0.2"),
    ],
)
def test_two_ways_to_say_the_same(first: str, second: str) -> None:
    one, other = (read_prompt(f"a fox {flags}", image="ab") for flags in (first, second))

    assert one == other


@pytest.mark.parametrize("seed", ["-1", "random", "RANDOM"])
def test_a_random_seed_is_none_even_where_one_was_given(seed: str) -> None:
    assert read_prompt(f"a fox --seed {seed}", seed=7).seed is None


def test_words_run_to_the_next_flag() -> None:
    request = read_prompt("a fox --no people, old cars --sampler DPM++ 2M --seed 7")

    assert request.negative == "people, old cars"
    assert request.sampler == "DPM++ 2M"


def test_text_behind_a_value_is_still_prompt() -> None:
    request = read_prompt('--no "people" a fox --seed 7 in the snow --exact, at night')

    assert request.prompt == "a fox in the snow , at night"
    assert request.negative == "people"


def test_quotes_keep_flags_quotes_and_backslashes() -> None:
    request = read_prompt(r'a fox --no "a \"big\" --seed 7 C:\\dir\x"')

    assert request.negative == r'a "big" --seed 7 C:\dir\x'
    assert request.seed is None


@pytest.mark.parametrize(
    "text",
    [
        "wait -- what",
        "wait --",
        "C-- code",
        "fox--seed 7",
        "a—b",
        "a fox — at night",
        "a fox --7",
        "---seed 7",
        "-seed 7",
        'the word "fox" on a wall',
        r"C:\pictures\fox",
        r"(fox:1.2) {red|blue} \(x\) [y] BREAK <lora:fox:0.8> __animal__",
        "a\nfox",
    ],
)
def test_what_is_no_flag_stays_in_the_prompt(text: str) -> None:
    assert read_prompt(text).prompt == text


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        (r"a sign that says \--seed 7", "a sign that says --seed 7"),
        (r"\—painted", "—painted"),
        (r"\\--seed", r"\--seed"),
        (r"a\--seed", r"a\--seed"),
    ],
)
def test_a_backslash_makes_a_flag_text(text: str, prompt: str) -> None:
    assert read_prompt(text).prompt == prompt
    assert read_prompt(f"a fox --no {text}").negative == prompt


def test_flags_win_over_what_was_given() -> None:
    request = read_prompt("a fox --seed 7", seed=1, steps=9, count=None)

    assert (request.seed, request.steps) == (7, 9)


@pytest.mark.parametrize(
    ("given", "both"),
    [("fish", "fish, dog"), ("", "dog"), ("dog", "dog"), (" fish ", "fish, dog")],
)
def test_what_must_not_be_in_the_picture_adds_up(given: str, both: str) -> None:
    assert read_prompt("a fox --no dog", negative=given).negative == both


@pytest.mark.parametrize("strength", [0.5, 0.75])
def test_a_strength_needs_an_image_however_it_is_said(strength: float) -> None:
    with pytest.raises(InvalidRequest, match="there is no image"):
        read_prompt("a fox", strength=strength)
    with pytest.raises(InvalidRequest, match="there is no image"):
        read_prompt(f"a fox --strength {strength}")


def test_numbers_may_be_as_wide_as_the_letters_of_east_asia() -> None:
    request = read_prompt("a fox --seed １２ --ar １６：９ --steps=２０")

    assert request == ImageRequest(prompt="a fox", seed=12, aspect=(16, 9), steps=20)


def test_the_shape_in_the_text_replaces_the_given_shape() -> None:
    assert read_prompt("a fox --ar 2:3", width=512, height=512).width is None
    assert read_prompt("a fox --size 512x768", aspect=(2, 3)).aspect is None
    assert read_prompt("a fox --width 768", width=512, height=512).height == 512


def test_a_prompt_may_be_given_beside_flags() -> None:
    assert read_prompt("--seed 7", prompt="a fox") == ImageRequest(prompt="a fox", seed=7)


def test_a_written_request_reads_well() -> None:
    request = ImageRequest(
        prompt="a fox", aspect=(16, 9), seed=7, guidance=6.5, sampler="Euler a", negative="people"
    )

    assert write_prompt(request) == (
        'a fox --ar 16:9 --seed 7 --guidance 6.5 --sampler "Euler a" --negative people'
    )


def test_white_space_around_a_prompt_survives() -> None:
    request = ImageRequest(prompt="\n a fox --seed ")

    assert read_prompt(write_prompt(request)) == request


@settings(deadline=None, max_examples=400)
@given(REQUESTS)
def test_what_was_written_reads_the_same(request: ImageRequest) -> None:
    text = write_prompt(request)

    assert read_prompt(text, image=request.image, mask=request.mask) == request


def test_an_image_to_be_enlarged_reads_the_same() -> None:
    assert read_prompt(write_prompt(KEPT), image="ab") == KEPT


@settings(deadline=None, max_examples=400)
@given(WORDS)
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        read_prompt(text)


@given(WORDS)
def test_any_text_behind_a_prompt_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        assert read_prompt(f"fox {text}").prompt.startswith("fox")
