"""What a large community asks for."""

from collections import Counter

from storage.bench.scene import Scene, Size


def test_every_run_has_the_same_scene() -> None:
    first, second = (Scene(Size()) for _ in range(2))

    for _ in range(20):
        assert first.person() == second.person()
        assert first.prompt() == second.prompt()
        assert first.seed() == second.seed()


def test_a_few_people_ask_for_much_and_many_for_little() -> None:
    scene = Scene(Size(jobs=5_000))

    often = Counter(scene.person() for _ in range(5_000))

    assert set(often) <= set(scene.people)
    assert often[scene.people[0]] > 10 * often[scene.people[40]]
    assert len(often) > 40


def test_a_smaller_size_keeps_its_proportions() -> None:
    size = Size().scaled(0.01)

    assert (size.jobs, size.pictures, size.people, size.calls) == (1_000, 10_000, 10, 1_000)
