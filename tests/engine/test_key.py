"""Secrets and what is kept of them, and when a key opens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.key import (
    SECRET,
    USUAL,
    Key,
    digest_of,
    fits,
    id_in,
    new_secret,
    own_person,
)

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
A_KEY = Key(id="abcd1234", name="site", owner=own_person("site"), scopes=USUAL, added=NOON)


def test_every_secret_is_another_and_begins_with_its_id() -> None:
    made = [new_secret() for _ in range(500)]

    assert len({secret for _, secret in made}) == len(made)
    assert len({secret[-43:] for _, secret in made}) == len(made)
    for id, secret in made:
        assert SECRET.fullmatch(secret)
        assert secret.startswith(f"easel_{id}_")
        assert id_in(secret) == id


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "easel_abcd1234",
        f"easel_ABCD1234_{'x' * 43}",
        f"easel_abcd123_{'x' * 44}",
        f"easel_abcd1234_{'x' * 42}",
        f"easel_abcd1234_{'x' * 44}",
        f"easel_abcd1234_{'x' * 43}\n",
        f" easel_abcd1234_{'x' * 43}",
        f"easel_abcd123\u0661_{'x' * 43}",
        f"easel_abcd\x00234_{'x' * 43}",
        f"easel_abcd1234_{'x' * 42}\udcff",
    ],
)
def test_what_is_no_secret_names_no_key_and_fits_none(secret: str) -> None:
    assert id_in(secret) == ""
    assert not fits(secret, None)
    assert not fits(secret, digest_of("another"))


def test_only_the_whole_secret_fits() -> None:
    _, secret = new_secret()
    digest = digest_of(secret)

    assert fits(secret, digest)
    assert not fits(secret[:-1] + ("A" if secret[-1] != "A" else "B"), digest)
    assert not fits(secret[:-1], digest)
    assert not fits(secret.upper(), digest)
    assert not fits(secret, None)
    assert not fits(digest, digest)


def test_a_key_opens_until_the_second_in_which_it_expires() -> None:
    key = replace(A_KEY, expires=NOON + timedelta(days=30))
    assert key.expires is not None

    assert key.opens(key.expires - A_SECOND)
    assert not key.opens(key.expires)
    assert not key.opens(key.expires + A_SECOND)


def test_a_key_without_an_end_opens_until_it_is_revoked_whatever_the_clock_says() -> None:
    century = NOON + timedelta(days=36_500)

    assert A_KEY.opens(century)
    assert not replace(A_KEY, revoked=NOON).opens(century)
    assert not replace(A_KEY, revoked=NOON).opens(NOON - A_SECOND)


def test_a_use_is_noted_once_an_hour() -> None:
    used = replace(A_KEY, last_used=NOON)

    assert A_KEY.unnoted_hour(NOON + timedelta(minutes=59)) == NOON
    assert used.unnoted_hour(NOON + timedelta(minutes=59, seconds=59)) is None
    assert used.unnoted_hour(NOON + timedelta(hours=1)) == NOON + timedelta(hours=1)
    assert used.unnoted_hour(NOON - timedelta(hours=3)) is None


def test_an_hour_is_one_of_utc() -> None:
    in_delhi = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert A_KEY.unnoted_hour(in_delhi + timedelta(minutes=10)) == NOON


def test_a_key_of_nobody_else_is_a_person_of_its_own() -> None:
    owner = own_person("my-site")

    assert (owner.id, owner.name) == ("key:my-site", "my-site")
