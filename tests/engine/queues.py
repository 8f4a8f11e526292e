"""Queues to try things out with."""

from math import inf

from hypothesis import strategies as st

from engine.queue import Entry, FairQueue


def entry(
    job: str, owner: str, price: float = 1.0, at: float = 0.0, *, tier: int = 0, weight: float = 1.0
) -> Entry:
    return Entry(
        job=job,
        owner=owner,
        price=price,
        submitted=at,
        tier=tier,
        weight=weight,
        most_running=1000,
    )


def filled(*entries: Entry, patience: float = inf, front: int = 64) -> FairQueue:
    queue = FairQueue(patience=patience, front=front)
    for one in entries:
        queue.put(one)
    return queue


def names(entries: list[Entry]) -> list[str]:
    return [one.job for one in entries]


def all_taken(queue: FairQueue, now: float = 0.0) -> list[str]:
    taken = []
    while found := queue.take(now):
        taken.append(found.job)
    return taken


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, Entry]]:
    steps = draw(st.lists(st.sampled_from(("put", "put", "take", "cancel")), max_size=40))
    return [
        (
            step,
            entry(
                f"job{number}",
                draw(st.sampled_from("abc")),
                draw(st.integers(0, 300)) / 100,
                float(number),
            ),
        )
        for number, step in enumerate(steps)
    ]
