"""About: what is being done right now, for whoever writes a line into the log."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context

Facts = Mapping[str, str]
"""By their names: `job`, `owner`, or what a program has of its own. Never what somebody wrote."""

# Only put together where it is asked for: lines are rare, and steps are many.
ABOUT: ContextVar[tuple[Sequence[Facts], ...]] = ContextVar("about", default=())


@contextmanager
def about(*told: Facts, **facts: str) -> Iterator[None]:
    """Until the end of the block also these. Of several at once, all that they say."""
    token = ABOUT.set((*ABOUT.get(), told or (facts,)))
    try:
        yield
    finally:
        ABOUT.reset(token)


def context_about(**facts: str) -> Context:
    """For a task that is about these and nothing else."""
    context = copy_context()
    context.run(ABOUT.set, ((facts,),))
    return context


def known() -> Facts:
    """What is being done where this is asked."""
    return {name: value for told in ABOUT.get() for name, value in _together(told).items()}


def _together(told: Sequence[Facts]) -> Facts:
    names = dict.fromkeys(name for facts in told for name in facts)
    return {
        name: ",".join(dict.fromkeys(facts[name] for facts in told if name in facts))
        for name in names
    }
