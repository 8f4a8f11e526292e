"""What a line in the log is about."""

from engine.about import about, context_about, known


def test_what_is_done_is_known_until_it_is_done() -> None:
    with about(job="1"), about(owner="anna"):
        within = known()

    assert within == {"job": "1", "owner": "anna"}
    assert known() == {}


def test_of_several_all_are_known_once() -> None:
    with about({"job": "1", "owner": "anna"}, {"job": "2", "owner": "anna"}, {}):
        within = known()

    assert within == {"job": "1,2", "owner": "anna"}


def test_a_task_of_its_own_is_not_about_what_started_it() -> None:
    with about(route="/v1/events", request="7"):
        context = context_about(job="1")

    assert context.run(known) == {"job": "1"}
