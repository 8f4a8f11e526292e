"""Addresses of databases as people and hosters write them."""

from pathlib import Path
from ssl import CERT_REQUIRED
from typing import Any

import pytest

from engine.errors import Misconfigured
from storage.address import LEFT_OUT, address_of, asyncpg_arguments


def heard(url: str) -> dict[str, Any]:
    """What asyncpg is told, without what it was not."""
    arguments = asyncpg_arguments(address_of(url))
    return {name: value for name, value in arguments.items() if value is not None}


async def test_an_address_in_the_home_folder_is_found_there() -> None:
    address = address_of("sqlite:///~/easel.db")

    assert address.database == str(Path.home() / "easel.db")


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("sqlite:///data/easel.db", "sqlite+aiosqlite:///data/easel.db"),
        ("sqlite:////srv/easel.db", "sqlite+aiosqlite:////srv/easel.db"),
        ("sqlite+aiosqlite:///easel.db", "sqlite+aiosqlite:///easel.db"),
        (" sqlite:///easel.db\n", "sqlite+aiosqlite:///easel.db"),
        ("postgresql://easel@db/easel", "postgresql+asyncpg://easel@db/easel"),
        ("postgres://easel@db/easel", "postgresql+asyncpg://easel@db/easel"),
        ("postgresql+psycopg://db/easel", "postgresql+asyncpg://db/easel"),
        ("postgresql+psycopg2://db/easel", "postgresql+asyncpg://db/easel"),
        ("postgresql+asyncpg://db/easel", "postgresql+asyncpg://db/easel"),
    ],
)
def test_addresses_are_taken_as_people_write_them(written: str, understood: str) -> None:
    assert str(address_of(written)) == understood


@pytest.mark.parametrize(
    ("written", "password"),
    [
        ("secret", "secret"),
        ("", ""),
        ("p@ss", "p@ss"),
        ("p@s@s", "p@s@s"),
        ("p%40ss", "p@ss"),
        ("p/s?s#s", "p/s?s#s"),
        ("p:s s+s&s=s", "p:s s+s&s=s"),
        ("100%", "100%"),
        ("100%25", "100%"),
        ("pässwört🦊", "pässwört🦊"),
        ("'; DROP TABLE jobs; --", "'; DROP TABLE jobs; --"),
    ],
)
def test_a_password_may_hold_any_letter(written: str, password: str) -> None:
    told = heard(f"postgres://easel:{written}@db:6543/pictures?sslmode=require")

    assert told == {
        "host": "db",
        "port": 6543,
        "user": "easel",
        "password": password,
        "database": "pictures",
        "timeout": 10.0,
        "dsn": "postgresql://?sslmode=require",
    }


@pytest.mark.parametrize(
    ("said", "dsn"),
    [
        ("sslmode=require&channel_binding=require", "sslmode=require"),
        ("ssl=true", "sslmode=require"),
        ("ssl=verify-full", "sslmode=verify-full"),
        ("ssl=true&sslmode=verify-full", "sslmode=verify-full"),
        ("options=-c%20search_path%3Deasel", "options=-c+search_path%3Deasel"),
        ("application_name=easel&keepalives=1", "application_name=easel"),
        ("target_session_attrs=read-write", "target_session_attrs=read-write"),
        ("host=/var/run/postgresql", "host=%2Fvar%2Frun%2Fpostgresql"),
        ("&".join(f"{name}=1" for name in LEFT_OUT), ""),
    ],
)
def test_what_hosters_add_is_understood_or_left_out(said: str, dsn: str) -> None:
    told = heard(f"postgresql://easel@db/easel?{said}")

    assert told["dsn"] == f"postgresql://?{dsn}".rstrip("?")


def test_a_certificate_is_told_on(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()

    told = heard(f"postgresql://db/easel?sslmode=verify-full&sslrootcert={tmp_path / 'ca.pem'}")

    assert told["dsn"].startswith("postgresql://?sslmode=verify-full&sslrootcert=%2F")


def test_whom_the_machine_trusts_can_be_trusted() -> None:
    told = heard("postgresql://db/easel?sslmode=verify-full&sslrootcert=system")

    assert (told["ssl"].verify_mode, told["ssl"].check_hostname) == (CERT_REQUIRED, True)
    assert told["dsn"] == "postgresql://"


def test_how_long_to_wait_for_a_connection_can_be_said() -> None:
    assert heard("postgresql://db/easel?connect_timeout=3")["timeout"] == 3
    assert "timeout" not in heard("postgresql://db/easel?connect_timeout=0")


def test_behind_a_pooler_no_statement_is_remembered() -> None:
    assert heard("postgresql://db/easel?pgbouncer=true")["statement_cache_size"] == 0
    assert "statement_cache_size" not in heard("postgresql://db/easel?pgbouncer=false")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///easel?host=/var/run/postgresql",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/easel",
    ],
)
def test_a_socket_is_found_either_way(url: str) -> None:
    told = heard(url)

    assert told.get("host") == "/var/run/postgresql" or "%2Fvar%2Frun" in told["dsn"]
    assert told["database"] == "easel"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("easel.db", "not understood"),
        ("", "not understood"),
        ("host=db dbname=easel", "not understood"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://easel:secret@db/easel", "SQLite and Postgres it can"),
    ],
)
def test_an_address_that_will_not_do_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence) as refused:
        address_of(url)

    assert "sqlite:///data/easel.db" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://easel:secret@db:port/easel", "port .* is no number. Try"),
        ("postgresql://easel:secret@db/easel?sslmod=require", "“sslmod”.* Take it out"),
        ("postgresql://easel:secret@db/easel?connect_timeout=soon", "no number of seconds"),
        ("postgresql://easel:secret@db/easel?sslcert=/nowhere", "/nowhere as its sslcert"),
        ("postgresql://easel:sec@re/t@db/easel", "Write those of the password as %40"),
    ],
)
def test_what_is_wrong_with_the_address_of_a_server_is_said(url: str, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence) as refused:
        address_of(url)

    assert "secret" not in str(refused.value)
