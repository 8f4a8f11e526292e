"""Who begins while models come and go."""

from engine.gpu.seat import Seat
from engine.gpu.waiting import Waiting
from tests.engine.gpu.together import recipe


def seat(model: str) -> Seat:
    return Seat(
        recipe=recipe(model=model), sources={}, tell=lambda *_: None, end=lambda outcome: None
    )


def waiting_for(*models: str, most_overtaken: int = 8) -> Waiting:
    waiting = Waiting(most_overtaken=most_overtaken)
    for model in models:
        waiting.add(seat(model))
    return waiting


def begun(waiting: Waiting, loaded: set[str], room: set[str]) -> list[str]:
    models = []
    while who := waiting.next(loaded.__contains__, room.__contains__):
        models.append(who.recipe.model)
    return models


def test_where_there_is_room_all_begin_in_their_order() -> None:
    waiting = waiting_for("a", "b", "a")

    assert begun(waiting, loaded={"a"}, room={"a", "b"}) == ["a", "b", "a"]
    assert len(waiting) == 0


def test_who_waits_for_a_model_is_overtaken_by_those_whose_model_is_there() -> None:
    waiting = waiting_for("b", "a", "c", "a")

    assert begun(waiting, loaded={"a"}, room={"a"}) == ["a", "a"]
    assert [one.recipe.model for one in waiting] == ["b", "c"]


def test_nobody_is_overtaken_for_ever() -> None:
    waiting = waiting_for("b", *["a"] * 5, most_overtaken=3)

    assert begun(waiting, loaded={"a"}, room={"a"}) == ["a"] * 3
    assert begun(waiting, loaded={"a"}, room={"a"}) == []
    assert begun(waiting, loaded={"b"}, room={"b"}) == ["b"]


def test_the_next_who_waits_may_be_overtaken_as_often() -> None:
    waiting = waiting_for("b", "a", "b", "a", most_overtaken=1)
    begun(waiting, loaded={"a"}, room={"a"})

    assert begun(waiting, loaded={"b"}, room={"b"}) == ["b", "b"]
    assert begun(waiting, loaded={"a"}, room={"a"}) == ["a"]


def test_who_leaves_waits_no_longer() -> None:
    waiting = waiting_for("b")
    (one,) = waiting

    waiting.leave(one)
    waiting.leave(one)

    assert begun(waiting, loaded=set(), room={"b"}) == []
