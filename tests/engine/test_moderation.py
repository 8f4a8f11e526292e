"""Which tier counts, and what moderators can and cannot do."""

from datetime import UTC, datetime, timedelta

import pytest

from engine import moderation
from engine.accounts import Act, Tier
from engine.errors import InvalidRequest

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MEMBER = Tier(name="member", rank=2, roles=("11", "12"), terms={"per_day": 50})
PATRON = Tier(name="patron", rank=1, roles=("12", "13"), terms={"per_day": 500})
DEFAULT = Tier(name="default", terms={"per_day": 5})
TIERS = [DEFAULT, MEMBER, PATRON]


@pytest.mark.parametrize(
    ("named", "roles", "expected"),
    [
        (None, (), DEFAULT),
        (None, ("11",), MEMBER),
        (None, ("11", "12"), PATRON),
        (None, ("99",), DEFAULT),
        ("member", ("13",), MEMBER),
        ("gone", ("13",), PATRON),
    ],
)
def test_a_tier_is_given_by_name_or_else_by_role_or_is_everybodys(
    named: str | None, roles: tuple[str, ...], expected: Tier
) -> None:
    assert moderation.tier_of("discord:1", named, roles, TIERS) == expected


def test_whoever_sits_at_the_machine_has_a_tier_only_by_name() -> None:
    assert moderation.tier_of("local", None, (), TIERS) is None
    assert moderation.tier_of("local", "member", (), TIERS) == MEMBER


def test_the_role_that_gives_a_tier_is_known() -> None:
    assert moderation.role_of(MEMBER, None, ("13", "12")) == "12"
    assert moderation.role_of(MEMBER, "member", ("12",)) is None
    assert moderation.role_of(DEFAULT, None, ("12",)) is None
    assert moderation.role_of(None, None, ("12",)) is None


def test_without_tiers_there_is_none() -> None:
    assert moderation.tier_of("discord:1", "member", ("11",), []) is None


def test_own_terms_go_before_the_tiers() -> None:
    assert moderation.allowance_for({"per_day": 7}, MEMBER).per_day == 7
    assert moderation.allowance_for({}, MEMBER).per_day == 50
    assert moderation.allowance_for({}, None).per_day is None


@pytest.mark.parametrize("id", ["", "  ", "a\x00b", "a\ud800", "x" * 201, "a\nb"])
def test_what_cannot_be_an_id_is_refused(id: str) -> None:
    with pytest.raises(InvalidRequest, match="no person's id"):
        moderation.person(id)
    with pytest.raises(InvalidRequest, match="no role's id"):
        moderation.role_ids([id])


@pytest.mark.parametrize(
    "id", ["nobody", "discord:abc", "discord:", "discord:\u0663", "a/b", "local ", "key:", "key: "]
)
def test_an_id_of_no_known_form_is_nobodys(id: str) -> None:
    with pytest.raises(InvalidRequest, match="no person's id"):
        moderation.person(id)


@pytest.mark.parametrize("id", ["local", "discord:1", "key:site", "key:my phone", "key:a/b"])
def test_an_id_of_a_known_form_is_one(id: str) -> None:
    assert moderation.person(id) == id


def test_ids_are_texts_of_any_length_that_numbers_have() -> None:
    assert moderation.person("discord:18446744073709551615") == "discord:18446744073709551615"
    assert moderation.role_ids(["18446744073709551615", "7", "7 "]) == [
        "18446744073709551615",
        "7",
    ]


def test_a_reason_is_one_line_of_what_can_be_written() -> None:
    assert moderation.reason("  too\nmany \x00foxes\ud800 ") == "too many foxes"
    assert len(moderation.reason("x" * 9999)) == 1000
    assert moderation.reason("") == ""


@pytest.mark.parametrize("credits", [0, 0.001, -1, float("nan"), float("inf"), 1e300])
def test_a_grant_is_an_amount(credits: float) -> None:
    with pytest.raises(InvalidRequest):
        moderation.granted_cents(credits, Act(who="local", at=NOON), None)


def test_a_grant_that_is_over_already_is_none() -> None:
    act = Act(who="local", at=NOON)

    with pytest.raises(InvalidRequest, match="over already"):
        moderation.granted_cents(1, act, NOON)
    assert moderation.granted_cents(1, act, NOON + timedelta(seconds=1)) == 100


def test_terms_are_changed_and_forgotten_one_by_one() -> None:
    before = {"per_day": 50, "most_steps": 40}

    assert moderation.changed(before, {"burst": 3}, {"per_day", "tier"}) == {
        "most_steps": 40,
        "burst": 3,
    }


def test_an_unknown_tier_is_answered_with_the_nearest() -> None:
    assert "Did you mean member?" in str(moderation.unknown_tier("memer", ["member", "patron"]))
    assert str(moderation.unknown_tier("memer", [])).endswith("There are none yet.")


@pytest.mark.parametrize("name", ["", "two words", "a\x00", "x" * 201])
def test_a_tiers_name_is_one_word(name: str) -> None:
    with pytest.raises(InvalidRequest, match="one word"):
        moderation.tier_named(name)


def test_a_rank_is_a_number_that_a_database_holds() -> None:
    with pytest.raises(InvalidRequest, match="no rank"):
        moderation.ranked(2**40)
