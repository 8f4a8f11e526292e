"""The address of a database, as people and hosters write it."""

from os.path import expanduser
from pathlib import Path
from ssl import create_default_context
from typing import Any
from urllib.parse import unquote, urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import Misconfigured

EXAMPLE = "sqlite:///data/easel.db"

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

KNOWN_TO_ASYNCPG = frozenset(
    {
        *("host", "port", "dbname", "database", "user", "password", "passfile", "service"),
        *("sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword"),
        *("sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version"),
        *("target_session_attrs", "krbsrvname", "gsslib"),
        # These the server itself knows.
        *("application_name", "options", "search_path", "statement_timeout"),
    }
)

LEFT_OUT = frozenset(
    {
        # asyncpg binds no channels and speaks no GSS encryption, and always speaks UTF-8.
        *("channel_binding", "gssencmode", "client_encoding", "fallback_application_name"),
        *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
        *("tcp_user_timeout", "async_fallback"),
        # What other programs' pools and drivers want to know.
        *("connection_limit", "pool_timeout", "pool_size", "max_overflow"),
    }
)

TRUE = frozenset({"true", "1", "yes", "on"})
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
OF_THE_SYSTEM = "system"


def address_of(url: str) -> URL:
    """The address as SQLAlchemy wants it, out of one as people write it."""
    # A line that was copied often brings its end along.
    url = url.strip()
    try:
        address = make_url(url)
    except ArgumentError:
        raise Misconfigured(f"The database address is not understood. Try {EXAMPLE}.") from None
    except ValueError:
        raise Misconfigured(
            "The port in the database address is no number. "
            "Try postgresql://name:password@host:5432/database."
        ) from None
    kind = address.drivername.partition("+")[0]
    if kind not in DRIVERS:
        raise Misconfigured(
            f"Easel cannot keep its ledger in “{kind}”: SQLite and Postgres it can. Try {EXAMPLE}."
        )
    address = address.set(drivername=DRIVERS[kind])
    return _file(address) if kind == "sqlite" else _server(address)


def asyncpg_arguments(address: URL) -> dict[str, Any]:
    """What asyncpg.connect is to be told.

    The rest of the address goes by its `dsn`, because only there it knows sslmode and its like.
    """
    rest = dict(address.query)
    arguments: dict[str, Any] = {
        # A socket's folder stands in the place of the host only with its slashes escaped.
        "host": unquote(address.host) if address.host else None,
        "port": address.port,
        "user": address.username,
        "password": address.password,
        "database": unquote(address.database) if address.database else None,
        # It is part of every conversation: a server may hold it for long, a network even longer.
        "timeout": float(str(rest.pop("connect_timeout", 10))) or None,
    }
    if rest.pop("pgbouncer", "false") in TRUE:
        # Such a pooler gives every transaction another connection, without our statements.
        arguments["statement_cache_size"] = 0
    if rest.get("sslrootcert") == OF_THE_SYSTEM:
        # Whom the machine trusts. asyncpg would look for a file of that name.
        del rest["sslrootcert"]
        rest.pop("sslmode", None)
        arguments["ssl"] = create_default_context()
    return {**arguments, "dsn": f"postgresql://?{urlencode(rest)}" if rest else "postgresql://"}


def _file(address: URL) -> URL:
    if not address.database or address.database == ":memory:":
        raise Misconfigured(f"The database address names no file. Try {EXAMPLE}.")
    return address.set(database=expanduser(address.database))


def _server(address: URL) -> URL:
    if address.host and address.password is not None and "@" in address.host:
        # The password has an @ that was not escaped: the host begins behind the last.
        more, _, host = address.host.rpartition("@")
        address = address.set(password=f"{address.password}@{more}", host=host)
    if "@" in (address.database or ""):
        raise Misconfigured(
            "The database address is not understood: it has an @ behind its host. "
            "Write those of the password as %40."
        )
    query = {
        name: value if isinstance(value, str) else value[-1]
        for name, value in address.query.items()
        if name not in LEFT_OUT
    }
    if (tls := query.pop("ssl", None)) is not None:
        query.setdefault("sslmode", "require" if tls in TRUE else tls)
    if not query.get("connect_timeout", "0").isdecimal():
        raise Misconfigured(
            "The connect_timeout in the database address is no number of seconds. Correct it."
        )
    strange = query.keys() - KNOWN_TO_ASYNCPG - {"connect_timeout", "pgbouncer"}
    if strange:
        raise Misconfigured(
            f"The database address says “{min(strange)}”, which Easel does not know. Take it out."
        )
    for name in FILES:
        file = query.get(name, OF_THE_SYSTEM)
        if file != OF_THE_SYSTEM and not Path(file).is_file():
            raise Misconfigured(
                f"The database address names a file {file} as its {name}, and it is not there. "
                "Put it there, or correct the address."
            )
    return address.set(query=query)
