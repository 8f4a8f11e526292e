"""The examination, sat by painters whose marks are known beforehand."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from engine.picturebook.exam import (
    ATTRIBUTES,
    GOALS,
    LANDING,
    Paint,
    Question,
    Score,
    examine,
    questions,
)
from engine.picturebook.world import COLOURS, KINDS, SIDE, Scene, held_out, render

ASKED = questions()
SOME = 7
"""Every so many-th of them has all kinds and sizes in it, and of all that is asked some."""


def asking(attribute: str) -> list[Question]:
    return [question for question in ASKED if attribute in question.asks]


def painter_of(**changed: object) -> Paint:
    """Paints every scene as the world draws it, but for what is changed."""
    scenes = {question.prompt: question.scene for question in ASKED}

    def paint(asked: Sequence[tuple[str, int]]) -> Sequence[Image.Image]:
        return [
            render(replace(scenes[prompt], **changed), random.Random(seed))  # type: ignore[arg-type]  # any field
            for prompt, seed in asked
        ]

    return paint


def test_nothing_asked_was_ever_taught() -> None:
    plain = [question for question in ASKED if "with_other_words" not in question.asks]

    assert len(ASKED) >= 200
    assert len({question.prompt for question in ASKED}) == len(ASKED)
    assert all(held_out(question.prompt) for question in plain)


def test_the_same_questions_are_asked_every_time() -> None:
    assert questions() == ASKED


def test_every_kind_colour_size_and_count_is_asked_for() -> None:
    kinds = Counter(question.scene.kind for question in asking("shape"))
    colours = Counter(question.scene.colour for question in asking("colour"))
    backgrounds = {question.scene.background for question in asking("background")}
    sizes = Counter(question.scene.size for question in asking("size"))
    counts = Counter(question.scene.count for question in asking("count"))
    places = Counter((question.scene.ground, question.scene.sky) for question in asking("sky"))

    assert min(kinds[kind] for kind in KINDS) >= 8
    assert min(colours[colour] for colour in COLOURS) >= 8
    assert backgrounds == set(COLOURS)
    assert sizes == {"small": 15, "big": 15}
    assert counts == {2: 12, 3: 12, 4: 12}
    assert len(places) == 12
    assert min(places.values()) == 3


def test_prompts_with_other_words_have_the_seed_and_scene_of_the_plain_ones() -> None:
    plain = {(question.seed, question.scene) for question in asking("shape")}
    longer = asking("with_other_words")

    assert len(longer) == 24
    assert all((question.seed, question.scene) in plain for question in longer)


@pytest.mark.parametrize("every", [SOME, pytest.param(1, marks=pytest.mark.slow)])
def test_a_painter_who_draws_like_the_world_gets_full_marks(every: int) -> None:
    score = examine(painter_of(), ASKED[::every])

    assert set(score.shares()) == set(ATTRIBUTES)
    assert min(score.shares().values()) >= 0.97, score.table()
    assert score.reaches(GOALS)
    assert score.reaches(LANDING)


@pytest.mark.parametrize("every", [SOME, pytest.param(1, marks=pytest.mark.slow)])
def test_a_painter_of_red_circles_gets_marks_for_red_and_circles_only(every: int) -> None:
    asked = [one for one in ASKED[::every] if {"colour", "with_other_words"} & {*one.asks}]
    kinds = Counter(question.scene.kind for question in asked if "shape" in question.asks)
    red_circle = Scene(kind="circle", colour="red", background="white")

    score = examine(
        lambda batch: [render(red_circle, random.Random(seed)) for _, seed in batch], asked
    )

    shares = score.shares()
    assert shares["shape"] == kinds["circle"] / kinds.total()
    assert max(shares["colour"], shares["background"]) < 0.15
    assert shares["size"] == shares["count"] == shares["with_other_words"] == 0
    assert not score.reaches(LANDING)
    assert score.mistakes["shape"]["star", "circle"] == kinds["star"]


def test_two_of_what_should_be_one_is_a_wrong_shape() -> None:
    single = [question for question in asking("shape") if not question.scene.size][:15]

    score = examine(painter_of(count=2), single)

    assert score.shares()["shape"] == 0
    assert score.shares()["colour"] == 1


def test_a_painter_of_noise_gets_no_marks() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)

    score = examine(lambda batch: [Image.fromarray(noise)] * len(batch), ASKED[::SOME])

    assert set(score.shares().values()) == {0.0}


def test_the_table_shows_marks_goals_and_what_was_mistaken_for_what() -> None:
    score = Score(
        marks={"colour": (9, 10), "plain_shape": (3, 4)},
        mistakes={"colour": {("red", "orange"): 1}},
    )

    lines = [line.split() for line in score.table().splitlines()]

    assert ["colour", "9/10", "90.0%", "97%", "95%"] in lines
    assert ["plain", "shape", "3/4", "75.0%", "70%"] in lines
    assert ["colour:", "red", "→", "orange", "(1)"] in lines
