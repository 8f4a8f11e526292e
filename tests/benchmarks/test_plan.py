"""What is measured next."""

from benchmarks.plan import Part, chosen, next_part, once


def part(name: str, seconds: float = 10) -> Part:
    return Part(name=name, seconds=seconds, measure=lambda: None)


MACHINE, PICTURE, ROWS = part("machine"), part("picture/sd15", 60), part("rows/sdxl", 20)
PARTS = [MACHINE, PICTURE, ROWS]


def test_the_parts_come_in_order_of_worth() -> None:
    assert next_part(PARTS, found=[], failed=[], left_s=480) is MACHINE
    assert next_part(PARTS, found=["machine"], failed=[], left_s=480) is PICTURE


def test_what_does_not_fit_any_more_makes_room_for_what_does() -> None:
    assert next_part(PARTS, found=["machine"], failed=[], left_s=30) is ROWS


def test_where_nothing_fits_nothing_is_begun() -> None:
    assert next_part(PARTS, found=["machine"], failed=[], left_s=19) is None


def test_what_failed_before_is_tried_after_all_others() -> None:
    assert next_part(PARTS, found=["machine"], failed=["picture/sd15"], left_s=480) is ROWS


def test_where_all_is_there_nothing_is_left() -> None:
    assert next_part(PARTS, found=[each.name for each in PARTS], failed=[], left_s=480) is None


def test_parts_are_chosen_by_their_kind_and_their_model() -> None:
    assert chosen(PARTS, models=["sdxl"], kinds=[]) == [MACHINE, ROWS]
    assert chosen(PARTS, models=["sd15", "sdxl"], kinds=["picture"]) == [PICTURE]


def test_whoever_only_tries_the_way_has_each_kind_once() -> None:
    more = [*PARTS, part("rows/sd15"), part("poisson-95/sd15"), part("poisson-80/sd15")]

    assert [each.name for each in once(more)] == [
        *("machine", "picture/sd15", "rows/sdxl", "poisson-95/sd15")
    ]
