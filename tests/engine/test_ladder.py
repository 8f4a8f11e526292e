"""What is done when memory runs out, in which order, and what people read of it."""

from engine.ladder import LADDER, Rung, Strain, Work, next_rung


def climbed(work: Work, possible: set[Rung]) -> list[Rung]:
    """Every rung until nothing is left; what may be taken again is possible only once."""
    taken: list[Rung] = []
    while (rung := next_rung(work, taken=taken, possible=possible - set(taken))) is not None:
        taken.append(rung)
    return taken


def test_the_rungs_stand_in_the_order_of_what_they_cost() -> None:
    assert [rung.name for rung in LADDER] == [
        "HALVE",
        "EMPTY",
        "DROP",
        "TILE",
        "PARK",
        "GROUP",
        "SEQUENTIAL",
    ]


def test_each_kind_of_work_takes_what_can_help_it() -> None:
    everything = set(LADDER)

    assert climbed(Work.FORWARD, everything) == [rung for rung in LADDER if rung is not Rung.TILE]
    assert climbed(Work.DECODE, everything) == [rung for rung in LADDER if rung is not Rung.HALVE]
    assert climbed(Work.ENCODE, everything) == climbed(Work.DECODE, everything)
    assert climbed(Work.TEXT, everything) == [
        rung for rung in LADDER if rung not in {Rung.HALVE, Rung.TILE}
    ]
    assert climbed(Work.ENLARGE, everything) == climbed(Work.TEXT, everything)
    assert climbed(Work.CHECK, everything) == climbed(Work.TEXT, everything)
    assert climbed(Work.LOAD, everything) == climbed(Work.TEXT, everything)


def test_what_is_not_possible_is_left_out() -> None:
    assert climbed(Work.DECODE, {Rung.TILE, Rung.HALVE}) == [Rung.TILE]
    assert climbed(Work.LOAD, set()) == []


def test_models_are_put_away_one_after_another() -> None:
    possible = {Rung.DROP, Rung.PARK}

    assert next_rung(Work.FORWARD, taken={Rung.DROP}, possible=possible) is Rung.DROP
    assert next_rung(Work.FORWARD, taken={Rung.PARK}, possible={Rung.PARK}) is None


def test_a_picture_without_strain_says_nothing() -> None:
    assert Strain().told() == ""


def test_a_picture_says_how_often_memory_ran_out_and_what_was_done() -> None:
    strain, other = Strain(), Strain()
    strain.add(Rung.PARK, 0.5)
    other.add(Rung.HALVE, 0.25)
    other.add(None, 0.25)

    strain.merge(other)

    assert strain.told() == (
        "Memory was short: fewer rows were painted at a time, "
        "text encoders and autoencoder waited in main memory. "
        "It ran out 3 times, which took 1.0 s."
    )


def test_a_picture_painted_under_an_earlier_relief_says_that_too() -> None:
    strain = Strain(rungs={Rung.TILE: None})

    assert strain.told() == "Memory was short: the picture was encoded and decoded in tiles."
