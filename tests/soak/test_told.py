"""What people were told: whoever was told wrongly is found in records that were made up."""

from dataclasses import replace

import pytest

from tests.discord_server.rest import Refusal
from tests.discord_server.routes import Route
from tests.soak.excuses import Excuses, Trouble
from tests.soak.refusals import Refused
from tests.soak.told import Told, shown_twice, unanswered, unfinished

ANSWERED = Told(
    what="command 'imagine' of alice",
    paints=True,
    asked_at=1000.0,
    answered=True,
    deferred=True,
    messages=1,
    loading=0,
    pending=0,
    jobs=frozenset({"fox"}),
    deleted=False,
    asks=False,
)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (replace(ANSWERED, loading=1), "that it thinks"),
        (replace(ANSWERED, pending=1), "that it waits"),
        (replace(ANSWERED, messages=2), "has 2 messages"),
        (replace(ANSWERED, messages=0), "has no message"),
    ],
)
def test_whoever_is_not_told_once_how_it_ended_is_found(told: Told, words: str) -> None:
    [found] = unfinished([told])

    assert words in found


def test_what_people_took_away_themselves_or_were_asked_is_right() -> None:
    deleted = replace(ANSWERED, messages=0, deleted=True)
    asked = replace(ANSWERED, pending=1, asks=True)

    assert not list(unfinished([ANSWERED, deleted, asked]))


def test_an_end_that_two_interactions_tell_is_found() -> None:
    looked = replace(ANSWERED, what="command 'show'", paints=False)

    assert not list(shown_twice([ANSWERED, looked]))
    [found] = shown_twice([ANSWERED, replace(ANSWERED, what="'vary'")])
    assert "job fox is told by 2 interactions" in found


def test_whoever_was_never_answered_is_found_unless_something_was_in_the_way() -> None:
    silent = replace(ANSWERED, answered=False)
    excuses = Excuses()

    assert not list(unanswered([silent], excuses, 1004.0))
    assert list(unanswered([silent], excuses, 1006.0)) == [f"{silent.what} was never answered"]
    excuses.note(Trouble.AWAY, 1002.0, 1010.0)
    assert not list(unanswered([silent], excuses, 1006.0))


def test_what_discord_refuses_is_the_bots_mistake_unless_it_could_not_know() -> None:
    late = Refusal(route=Route.CALLBACK, status=404, code=10062, message="Unknown interaction")
    wrong = Refusal(route=Route.SEND, status=400, code=50035, message="Invalid", flaws=("long",))
    refused = Refused()

    first = list(refused.complaints([late, wrong]))
    second = list(refused.complaints([late, wrong, late]))

    assert first == ["Discord refused SEND: 50035 Invalid long"]
    assert not second
    assert refused.counts["CALLBACK 10062 Unknown interaction"] == 2
