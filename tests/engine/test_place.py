"""When the pictures of a job are there."""

import pytest

from engine.place import Ahead


def ahead(*own: float, credits: float = 12.0) -> Ahead:
    return Ahead(tiles=3, credits=credits, own=own)


def test_one_painter_paints_all_that_goes_before_and_then_its_own() -> None:
    assert ahead(2.0, 2.0).seconds(1) == 16.0


def test_several_painters_are_through_sooner_with_what_goes_before() -> None:
    assert ahead(2.0).seconds(3) == 6.0


def test_one_tile_is_no_quicker_where_many_paint() -> None:
    assert ahead(2.0, credits=0.0).seconds(8) == 2.0


def test_several_tiles_are_shared_out() -> None:
    assert ahead(2.0, 2.0, 2.0, 2.0, credits=0.0).seconds(2) == 4.0
    assert ahead(2.0, 2.0, credits=0.0).seconds(8) == 2.0


def test_what_is_being_painted_already_needs_no_more_than_that() -> None:
    assert ahead(credits=3.0).seconds(1) == 3.0
    assert ahead(credits=-1e-9).seconds(1) == 0.0


def test_nothing_arrives_where_nobody_paints() -> None:
    with pytest.raises(ValueError, match="nobody"):
        ahead(1.0).seconds(0)
