"""Which recipes count as the same picture."""

import json
from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.extra import Control, Extra, Reference
from engine.job import Picture, Recipe, recipe_of
from engine.phrase import Phrase, phrase_of
from storage.picture_rows import digest_of, remembered_of_row, row_of_picture
from tests.engine.recipes import EVERYTHING, recipes
from tests.storage.samples import A_FOX, NOON

# Another value for every field that a recipe has.
OTHER: dict[str, Any] = {
    "prompt": "a fox ",
    "negative": "rain",
    "model": "other",
    "digest": "d2",
    "width": 136,
    "height": 136,
    "steps": 21,
    "guidance": 4.000001,
    "sampler": "Euler a",
    "seed": 8,
    "image": "0" * 64,
    "strength": 0.5,
    "mask": "0" * 64,
    "outpaint": (0, 8, 0, 0),
    "guidance_end": 0.6,
    "cache": 3,
    "rescale": 0.7,
    "clip_skip": 2,
    "variation": 0.2,
    "variation_seed": 0,
    "upscale": 2.0,
    "upscaler": "Latent",
    "upscaler_digest": "u1",
    "redraw": 0.5,
    "loras": (Extra(name="ink", digest="1"),),
    "embeddings": (Extra(name="ink", digest="1"),),
    "controls": (Control(name="edges", digest="1", image="2"),),
    "references": (Reference(name="look", digest="1", image="2"),),
    "exact": True,
    "hand": "cuda",
    "safety": "blur",
}
CONTROL, REFERENCE = EVERYTHING.controls[0], EVERYTHING.references[0]
OTHER_CONTROL: dict[str, Any] = {
    "name": "other",
    "digest": "other",
    "weight": 0.9,
    "image": "other",
    "start": 0.2,
    "end": 0.8,
    "preprocessor": "depth",
}


def test_every_field_of_a_recipe_is_looked_at_here() -> None:
    assert OTHER.keys() == {field.name for field in fields(Recipe)}
    assert OTHER_CONTROL.keys() == {field.name for field in fields(Control)}


@pytest.mark.parametrize("field", OTHER)
def test_a_recipe_that_differs_in_any_field_is_another(field: str) -> None:
    other = replace(A_FOX, **{field: OTHER[field]})

    assert digest_of(other) != digest_of(A_FOX)


@pytest.mark.parametrize("field", OTHER_CONTROL)
def test_a_recipe_whose_extras_differ_is_another(field: str) -> None:
    changes: list[dict[str, Any]] = [
        {"controls": (replace(CONTROL, **{field: OTHER_CONTROL[field]}), *EVERYTHING.controls[1:])}
    ]
    if field in {each.name for each in fields(Reference)}:
        changes.append({"references": (replace(REFERENCE, **{field: OTHER_CONTROL[field]}),)})
    if field in {each.name for each in fields(Extra)}:
        changed = replace(EVERYTHING.loras[0], **{field: OTHER_CONTROL[field]})
        changes += [{"loras": (changed,)}, {"embeddings": (changed,)}]

    digests = {digest_of(replace(EVERYTHING, **change)) for change in changes}

    assert len(digests) == len(changes)
    assert digest_of(EVERYTHING) not in digests


def test_the_order_of_controls_counts() -> None:
    turned = replace(EVERYTHING, controls=EVERYTHING.controls[::-1])

    assert digest_of(turned) != digest_of(EVERYTHING)


def test_equal_numbers_are_the_same_however_they_are_written() -> None:
    whole = replace(A_FOX, guidance=4, strength=1, variation=0, upscale=1)
    below = replace(A_FOX, guidance=-0.0)
    led = [
        replace(A_FOX, controls=(Control(name="edges", digest="1", image="2", weight=weight),))
        for weight in (1, 1.0)
    ]

    assert digest_of(whole) == digest_of(A_FOX)
    assert digest_of(below) == digest_of(replace(A_FOX, guidance=0))
    assert digest_of(led[0]) == digest_of(led[1])


def test_the_digest_of_a_picture_painted_long_ago_stays() -> None:
    # A field that recipes gain later must not change these: no picture would be found again.
    led = replace(
        A_FOX,
        loras=(Extra(name="ink", digest="1"),),
        controls=(Control(name="edges", digest="2", image="3", weight=0.5),),
    )

    assert digest_of(A_FOX) == "ce8eabaf39e579be95954d470fb28731804cc985e002328c7ad082b255f7d111"
    assert digest_of(led) == "f480ad9ed5e88e62cc3f677bfb7f0960d7ec499a11a78e89aa60703174d70535"


@given(recipes(st.text(max_size=10)))
def test_what_comes_back_from_json_is_the_same(recipe: Recipe) -> None:
    again = recipe_of(json.loads(json.dumps(asdict(recipe))))

    assert digest_of(again) == digest_of(recipe)


def test_a_note_keeps_the_values_that_are_in_it() -> None:
    notes = (Phrase("{model} knows no {word}.", model="book", word="{fox}"), "{plain}")
    picture = Picture(recipe=A_FOX, png=b"png", seconds=1.0, notes=notes)

    row = row_of_picture("fox", 0, "discord:1", picture, "file", NOON)
    row.notes = json.loads(json.dumps(row.notes))
    kept = remembered_of_row(row).notes

    assert kept == ("book knows no {fox}.", "{plain}")
    assert phrase_of(kept[0]).values == {"model": "book", "word": "{fox}"}
