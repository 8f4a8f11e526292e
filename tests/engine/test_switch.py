"""Which switches are thrown, by what somebody wrote down."""

import pytest

from engine.switch import OF_CARDS, Chosen, Switch, switches_named


@pytest.mark.parametrize(
    ("names", "on_a_card", "on_a_processor"),
    [
        ((), OF_CARDS, frozenset()),
        (("auto",), OF_CARDS, frozenset()),
        (("none",), frozenset(), frozenset()),
        (("compile", "blocks"), {Switch.COMPILE, Switch.BLOCKS}, {Switch.COMPILE, Switch.BLOCKS}),
        (("auto", "-compile"), OF_CARDS - {Switch.COMPILE}, frozenset()),
        (("-compile", "-graphs"), OF_CARDS - {Switch.COMPILE, Switch.GRAPHS}, frozenset()),
    ],
)
def test_switches_are_named(
    names: tuple[str, ...],
    on_a_card: frozenset[Switch],
    on_a_processor: frozenset[Switch],
) -> None:
    chosen = switches_named(names)

    assert chosen.on("cuda") == on_a_card
    assert chosen.on("cpu") == on_a_processor


@pytest.mark.parametrize(
    "names",
    [
        ("turbo",),
        ("all",),
        ("auto", "compile"),
        ("auto", "none"),
        ("none", "compile"),
        ("none", "-compile"),
        ("compile", "-graphs"),
        ("auto", "-turbo"),
        ("-",),
    ],
)
def test_what_cannot_be_meant_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"is not a valid|left out"):
        switches_named(names)


def test_who_chose_nothing_has_what_suits_the_device() -> None:
    assert Chosen() == switches_named(["auto"])
