"""Which models are loaded, and which go to make room."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from engine.errors import OutOfMemory, PaintingFailed
from engine.gpu.family import Family
from engine.gpu.warm import Servable, Warm, to_put_away
from engine.ladder import Rung
from tests.engine.gpu.together import recipe

SIZES = {"small": 1, "middle": 2, "large": 4}


@pytest.mark.parametrize(
    ("wanted", "loaded", "held", "most", "going"),
    [
        ("small", ["large"], set(), 5, []),
        ("middle", ["large"], set(), 5, ["large"]),
        ("middle", ["large"], {"large"}, 5, None),
        ("middle", ["small", "large"], set(), 5, ["small", "large"]),
        ("middle", ["small", "large"], set(), 6, ["small"]),
        ("middle", ["large", "small"], set(), 5, ["large"]),
        ("middle", ["small", "large"], {"small"}, 5, ["large"]),
        ("large", [], set(), 3, []),
        ("large", ["small"], set(), 3, ["small"]),
        ("large", ["small"], {"small"}, 3, None),
        ("large", ["small"], {"small"}, None, []),
    ],
)
def test_idle_models_go_in_the_order_in_which_they_were_used(
    wanted: str, loaded: list[str], held: set[str], most: int | None, going: list[str] | None
) -> None:
    assert to_put_away(wanted, SIZES, loaded, held, most) == going


def warm_with(family: Family, *names: str, most: int) -> tuple[Warm, list[str]]:
    """Models of equal size under several names, and a list of what was loaded when."""
    loads: list[str] = []

    def servable(name: str) -> Servable:
        def load(_: Collection[Rung]) -> Family:
            loads.append(name)
            return family

        return Servable(card=replace(family.card, name=name), size=family.size, load=load)

    return Warm(map(servable, names), most=most * family.size), loads


def test_a_model_is_loaded_once_while_there_is_room(family: Family) -> None:
    warm, loads = warm_with(family, "a", "b", most=2)

    for name in "abab":
        warm.hold(name)
        warm.release(name)

    assert loads == ["a", "b"]
    assert warm.loaded == ("a", "b")


def test_the_idle_model_used_longest_ago_makes_room(family: Family) -> None:
    warm, loads = warm_with(family, "a", "b", "c", most=2)

    for name in "abac":
        warm.hold(name)
        warm.release(name)

    assert warm.loaded == ("a", "c")
    assert loads == ["a", "b", "c"]


def test_what_is_held_is_never_put_away(family: Family) -> None:
    warm, _ = warm_with(family, "a", "b", most=1)
    warm.hold("a")

    assert not warm.has_room_for("b")
    assert not warm.put_one_away()
    with pytest.raises(OutOfMemory, match="no room"):
        warm.hold("b")
    assert warm.loaded == ("a",)


def test_two_who_hold_a_model_must_both_release_it(family: Family) -> None:
    warm, _ = warm_with(family, "a", "b", most=1)
    warm.hold("a")
    warm.hold("a")

    warm.release("a")
    assert not warm.has_room_for("b")

    warm.release("a")
    assert warm.has_room_for("b")


def test_the_ladder_can_put_an_idle_model_away(family: Family) -> None:
    warm, _ = warm_with(family, "a", "b", most=2)
    warm.hold("a")
    warm.hold("b")
    warm.release("a")

    assert warm.has_idle
    assert warm.put_one_away()
    assert warm.loaded == ("b",)
    assert not warm.has_idle


def test_a_recipe_of_another_version_of_the_model_is_refused(family: Family) -> None:
    warm, _ = warm_with(family, "a", most=1)

    assert warm.require(recipe(model="a")) == "a"
    with pytest.raises(PaintingFailed, match="not loaded any more"):
        warm.require(recipe(model="a", digest="other"))
