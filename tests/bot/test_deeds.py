"""What moderators did, in words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.deeds import deed_row
from engine.accounts import Deed


def told(details: Mapping[str, Any]) -> str:
    deed = Deed(
        id=1,
        who="local",
        whom="server discord:9",
        what="settings",
        why="",
        details=details,
        at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    return deed_row(deed)[4]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"refused": ["a", "b"]}, {"refused": ["b", "c"]}, "without a, refused words with c"),
        ({"refused": ["a"]}, {"refused": ["a", "b"]}, "refused words with b"),
        ({}, {"refused": ["a"]}, "refused words default → a"),
        ({"refused": ["a"]}, {}, "refused words a → default"),
        ({}, {"safety_channels": [["5", "blur"]]}, "safety of channels default → 5 blur"),
    ],
)
def test_of_lists_only_what_came_and_went_is_told(
    before: Mapping[str, Any], after: Mapping[str, Any], words: str
) -> None:
    assert told({"before": before, "after": after}).endswith(words)


def test_where_it_was_done_is_told() -> None:
    assert told({"job": "1f", "server": "discord:9"}) == "job 1f, server discord:9"
