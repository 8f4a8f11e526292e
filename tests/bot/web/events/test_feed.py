"""What one owner was told, and what is forgotten of it."""

from bot.web.feed import MEMORY_S, MOST_TOPICS, Event, Feed, frame_of


def put(feed: Feed, number: int, topic: str, told: float = 0.0) -> None:
    feed.put(topic, Event(number=number, frame=frame_of(number, topic, b"{}"), told=told))


def kinds(frames: bytes) -> list[str]:
    return [line.removeprefix("event: ") for line in frames.decode().split("\n") if "event" in line]


def test_only_what_is_newer_is_answered_the_oldest_first() -> None:
    feed = Feed("local", 10)
    for number, topic in enumerate(("a", "b", "c"), start=11):
        put(feed, number, topic)

    assert kinds(feed.since(10, 13)[1]) == ["a", "b", "c"]
    assert kinds(feed.since(12, 13)[1]) == ["c"]
    assert feed.since(13, 13) == (13, b"")


def test_of_each_topic_only_the_newest_is_kept() -> None:
    feed = Feed("local", 10)
    for number, topic in enumerate(("a", "b", "a"), start=11):
        put(feed, number, topic)

    assert kinds(feed.since(10, 13)[1]) == ["b", "a"]


def test_one_that_knows_what_others_were_told_meanwhile_misses_nothing() -> None:
    feed = Feed("local", 10)
    put(feed, 11, "a")

    assert feed.since(15, 20) == (15, b"")
    put(feed, 21, "b")
    assert kinds(feed.since(15, 21)[1]) == ["b"]


def test_from_before_what_is_remembered_everything_is_to_be_asked_for() -> None:
    feed = Feed("local", 10)
    put(feed, 11, "a")

    assert kinds(feed.since(9, 11)[1]) == ["reset"]
    assert kinds(feed.since(12, 11)[1]) == ["reset"]
    assert feed.since(9, 11)[0] == 11


def test_what_is_old_is_forgotten_and_who_had_it_misses_nothing() -> None:
    feed = Feed("local", 10)
    put(feed, 11, "a", told=0.0)
    put(feed, 12, "b", told=MEMORY_S + 1)

    assert kinds(feed.since(10, 12)[1]) == ["reset"]
    assert kinds(feed.since(11, 12)[1]) == ["b"]


def test_no_more_than_so_many_topics_are_remembered() -> None:
    feed = Feed("local", 0)
    for number in range(1, MOST_TOPICS + 3):
        put(feed, number, f"topic {number}")

    assert kinds(feed.since(1, 1000)[1]) == ["reset"]
    assert len(kinds(feed.since(2, 1000)[1])) == MOST_TOPICS


def test_when_it_starts_over_every_reader_is_told_to() -> None:
    feed = Feed("local", 10)
    put(feed, 11, "a")
    feed.start_over(12)

    assert kinds(feed.since(11, 12)[1]) == ["reset"]
    assert feed.since(12, 12) == (12, b"")
