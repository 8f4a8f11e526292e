"""The owner's policy for unsafe pictures: what counts as unsafe, and what happens then."""

from pathlib import Path

import pytest

from engine.errors import BadModel, Misconfigured
from engine.safety import MEASURES, Measure, Policy, shows_previews, stricter

MODEL = Path("checker")


def test_nothing_is_looked_at_unless_the_owner_wants_it() -> None:
    assert not Policy().on
    assert Policy().hand == ""


@pytest.mark.parametrize("measure", ["mark", "blur", "refuse"])
def test_safety_without_a_model_cannot_start(measure: Measure) -> None:
    with pytest.raises(Misconfigured, match=rf"EASEL_SAFETY is {measure}.*EASEL_SAFETY_MODEL"):
        Policy(measure=measure)


def test_what_nobody_may_see_is_not_shown_while_it_is_painted() -> None:
    shown = [measure for measure in MEASURES if shows_previews(measure)]

    assert shown == ["off", "mark"]


@pytest.mark.parametrize(
    ("here", "server", "expected"),
    [
        ("off", None, "off"),
        ("off", "mark", "mark"),
        ("blur", "mark", "blur"),
        ("mark", "refuse", "refuse"),
    ],
)
def test_the_stricter_safety_counts(here: Measure, server: Measure, expected: Measure) -> None:
    assert stricter(here, server) == expected


@pytest.mark.parametrize(
    ("hand", "measure"),
    [
        ("engine 1, cpu, blur checker 0.5 nsfw", "blur"),
        ("blur checker 0.5 nsfw", "blur"),
        ("engine 1, cpu, refuse checker 0.5 nsfw", "refuse"),
        ("engine 1, cpu, blur other 0.5 nsfw", "off"),
        ("engine 1, cpu, blur checker 0.9 nsfw", "off"),
        ("engine 1, cpu, blur checker 0.5", "off"),
        ("engine 1, cpu", "off"),
        ("", "off"),
    ],
)
def test_a_hand_tells_what_was_done_where_the_same_model_looked_in_the_same_way(
    hand: str, measure: Measure
) -> None:
    assert Policy(measure="mark", model=MODEL, labels=("nsfw",)).painted_under(hand) == measure
    assert Policy().painted_under(hand) == "off"


@pytest.mark.parametrize(
    ("known", "unsafe"),
    [
        (["normal", "nsfw"], {"nsfw"}),
        (["sfw", "NSFW"], {"NSFW"}),
        (["drawings", "hentai", "neutral", "porn", "sexy"], {"hentai", "porn", "sexy"}),
        (["safe", "unsafe_content"], {"unsafe_content"}),
        (["not_nsfw", "nsfw"], {"nsfw"}),
        (["non-violence", "violence"], {"violence"}),
    ],
)
def test_labels_of_the_usual_models_are_understood(known: list[str], unsafe: set[str]) -> None:
    assert Policy(measure="mark", model=MODEL).unsafe_labels(known) == unsafe


def test_labels_that_say_nothing_must_be_told_apart_by_the_owner() -> None:
    policy = Policy(measure="mark", model=MODEL)

    with pytest.raises(BadModel, match=r"LABEL_0, LABEL_1.*EASEL_SAFETY_LABELS"):
        policy.unsafe_labels(["LABEL_0", "LABEL_1"])


def test_the_owner_says_which_labels_count() -> None:
    policy = Policy(measure="mark", model=MODEL, labels=("label_1", "Spider"))

    assert policy.unsafe_labels(["LABEL_1", "spider", "nsfw"]) == {"LABEL_1", "spider"}


def test_a_label_that_the_model_does_not_know_is_refused() -> None:
    policy = Policy(measure="mark", model=MODEL, labels=("prn",))

    with pytest.raises(BadModel, match=r"“prn”.*Did you mean porn\?"):
        policy.unsafe_labels(["porn", "neutral"])


@pytest.mark.parametrize(
    ("exclusive", "threshold", "unsafe"),
    [(True, 0.5, True), (False, 0.5, False), (True, 0.7, False), (False, 0.3, True)],
)
def test_scores_that_share_a_whole_are_added(
    exclusive: bool, threshold: float, unsafe: bool
) -> None:
    policy = Policy(measure="mark", model=MODEL, threshold=threshold)
    scores = {"neutral": 0.375, "porn": 0.25, "hentai": 0.375}

    verdict = policy.judged(scores, frozenset({"porn", "hentai"}), exclusive=exclusive)

    assert verdict.unsafe is unsafe


def test_the_reason_names_what_is_likely() -> None:
    policy = Policy(measure="mark", model=MODEL)
    scores = {"neutral": 0.07, "porn": 0.2, "hentai": 0.729, "sexy": 0.001}

    verdict = policy.judged(scores, frozenset({"porn", "hentai", "sexy"}), exclusive=True)

    assert verdict.reason == "hentai 0.73, porn 0.20"


def test_history_of_another_policy_is_another_hand() -> None:
    policies = [
        Policy(),
        Policy(model=MODEL),
        Policy(measure="mark", model=MODEL),
        Policy(measure="blur", model=MODEL),
        Policy(measure="blur", model=MODEL, threshold=0.4),
        Policy(measure="blur", model=MODEL, labels=("nsfw",)),
        Policy(measure="blur", model=Path("other")),
    ]

    hands = {policy.hand for policy in policies}

    assert len(hands) == len(policies)
