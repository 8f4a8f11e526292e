"""What a server allows to be asked for and shown there."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidRequest
from engine.extra import Extra
from engine.job import Tile
from engine.request import ImageRequest
from engine.rules import measure_at, require_allowed, require_shown
from engine.safety import Measure, Policy
from engine.server import FREE, ServerSettings
from engine.spot import ANYWHERE
from engine.tiles import tiles_of
from tests.fakes import BOOK

A_FOX = ImageRequest(prompt="a fox")


CHECKER = Path("checker")


INK = Extra(name="ink", digest="d2", weight=1.0)


STRICT = ServerSettings(
    models=("book",), most_pictures=4, images=False, loras=False, refused=("naked", "blue car")
)


def tiles(request: ImageRequest) -> tuple[Tile, ...]:
    return tiles_of(request, BOOK, seed=7)


def with_lora(tile: Tile) -> Tile:
    return replace(tile, recipe=replace(tile.recipe, loras=(INK,)))


def test_where_nothing_is_set_everything_is_allowed() -> None:
    request = ImageRequest(prompt="a naked fox", count=16, image="1f" * 32)

    require_allowed(FREE, request, [with_lora(tile) for tile in tiles(request)])


def test_what_fits_the_settings_is_allowed() -> None:
    request = ImageRequest(prompt="{a|the} fox", count=2)

    require_allowed(STRICT, request, tiles(request))


@pytest.mark.parametrize(
    ("settings", "request_", "sentence"),
    [
        (ServerSettings(models=("oil", "ink")), A_FOX, "allow the model book. It allows: oil, ink"),
        (
            ServerSettings(most_pictures=3),
            ImageRequest(prompt="{a|b} fox", count=2),
            "That is 4 pictures, and 3 at once",
        ),
        (
            ServerSettings(images=False),
            ImageRequest(prompt="a fox", image="1f" * 32),
            "not allow pictures",
        ),
        (
            ServerSettings(images=False),
            ImageRequest.model_validate(
                {"prompt": "a fox", "references": [{"image": "1f" * 32, "name": "look"}]}
            ),
            "not allow pictures",
        ),
        (
            ServerSettings(refused=("snow",)),
            ImageRequest(prompt="{a|a fox in SNÓW} cat"),
            "refuses the word “snow”",
        ),
        (
            ServerSettings(refused=("snow",)),
            ImageRequest(prompt="a fox", style="snow"),
            "refuses the word “snow”",
        ),
    ],
)
def test_what_a_server_does_not_allow_is_refused(
    settings: ServerSettings, request_: ImageRequest, sentence: str
) -> None:
    without_references = request_.model_copy(update={"references": ()})

    with pytest.raises(InvalidRequest, match=sentence):
        require_allowed(settings, request_, tiles(without_references))


def test_loras_are_refused_where_they_are_not_allowed() -> None:
    with pytest.raises(InvalidRequest, match="not allow LoRAs"):
        require_allowed(ServerSettings(loras=False), A_FOX, [with_lora(tiles(A_FOX)[0])])


def test_what_is_to_be_kept_out_may_be_named() -> None:
    request = ImageRequest(prompt="a fox", negative="naked people")

    require_allowed(STRICT, request, tiles(request))


@pytest.mark.parametrize(
    ("here", "wanted", "painted"),
    [
        ("off", None, None),
        ("off", "mark", "mark"),
        ("mark", "mark", None),
        ("blur", "mark", None),
        ("mark", "refuse", "refuse"),
    ],
)
def test_pictures_are_painted_under_what_is_wanted_where_that_is_more(
    here: Measure, wanted: Measure, painted: Measure
) -> None:
    policy = Policy(measure=here, model=Path("checker"))

    assert measure_at(ServerSettings(safety=wanted), ANYWHERE, policy) == painted


def test_what_nobody_can_look_at_is_not_painted() -> None:
    with pytest.raises(InvalidRequest, match="EASEL_SAFETY_MODEL"):
        measure_at(ServerSettings(safety="mark"), ANYWHERE, Policy())
    assert measure_at(ServerSettings(safety="off"), ANYWHERE, Policy()) is None


def test_patterns_are_refused_beside_words() -> None:
    settings = ServerSettings(refused=("bad", "/fo+x(es)?/"))

    with pytest.raises(InvalidRequest, match="refuses the word “fox”"):
        require_allowed(settings, A_FOX, tiles(A_FOX))


@pytest.mark.parametrize(
    ("then", "painted", "now", "wanted", "shown"),
    [
        ("off", None, "off", None, True),
        ("off", None, "off", "mark", False),
        ("off", "mark", "off", "blur", False),
        ("off", "refuse", "off", "blur", True),
        ("blur", None, "blur", "blur", True),
        ("blur", None, "blur", "refuse", False),
        ("off", None, "blur", None, False),
        ("mark", None, "blur", "blur", False),
        ("refuse", None, "blur", "blur", True),
        ("off", "blur", "blur", None, True),
    ],
)
def test_a_picture_is_shown_where_no_more_is_wanted_than_it_was_painted_under(
    then: Measure, painted: Measure, now: Measure, wanted: Measure, shown: bool
) -> None:
    policy = Policy(measure=now, model=CHECKER)
    hand = f"engine 1, cpu, {Policy(measure=then, model=CHECKER).hand}"
    recipe = replace(tiles(A_FOX)[0].recipe, safety=painted, hand=hand)
    expected = nullcontext() if shown else pytest.raises(InvalidRequest, match="less was done")

    with expected:
        require_shown(recipe, ServerSettings(safety=wanted), ANYWHERE, policy)


@pytest.mark.parametrize(
    ("settings", "change", "sentence"),
    [
        (ServerSettings(models=("oil",)), {}, "not allow the model book, so .* cannot be shown"),
        (ServerSettings(images=False), {"image": "1f" * 32}, "not allow pictures to begin from"),
        (ServerSettings(loras=False), {"loras": (INK,)}, "not allow LoRAs"),
        (ServerSettings(refused=("snow",)), {"prompt": "a fox in SNÓW"}, "refuses the word “snow”"),
    ],
)
def test_a_picture_is_not_shown_where_the_like_could_not_be_asked_for(
    settings: ServerSettings, change: dict[str, Any], sentence: str
) -> None:
    recipe = replace(tiles(A_FOX)[0].recipe, **change)

    with pytest.raises(InvalidRequest, match=sentence):
        require_shown(recipe, settings, ANYWHERE, Policy())
    require_shown(tiles(A_FOX)[0].recipe, replace(settings, models=()), ANYWHERE, Policy())
