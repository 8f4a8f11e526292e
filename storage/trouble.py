"""What the errors of a database mean, in plain words that say the mend."""

import ssl

from sqlalchemy.exc import TimeoutError as NoFreeConnection

LOCKED = "Another program keeps the database locked. Try again in a moment."
FULL = "The disk of the database is full. Make room, then try again."
UNWRITABLE = "The database cannot be written to. Give Easel the right to write it."
UNOPENED = "The database cannot be opened. Give Easel the right to read and write it."
DAMAGED = "The database file is damaged. Restore a copy of it."
UNREADABLE = "The disk of the database cannot be read or written. Look after the disk."
BUSY = "The database is busier than it can bear. Try again in a moment."
SILENT = "The database does not answer. Start it, or correct its address."
SLOW = "The database takes too long to answer. Try again in a moment."
STOPPED = "The database was stopped in the middle of that. Try again in a moment."
UNTRUSTED = (
    "The database and Easel do not agree on how to keep their words secret. "
    "Correct what the database address says about it, like sslmode=require."
)
NO_TEXT = "There is a character in it that is no text. Take it out."
OTHER_TABLES = (
    "The tables of the database are not the ones that this Easel knows. "
    "Bring them up to date with “easel migrate”, or restore a copy of the database."
)
UNKNOWN = "The database could not do that. The log says what it answered."

OF_SQLITE = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": UNWRITABLE,
    "SQLITE_CANTOPEN": UNOPENED,
    "SQLITE_PERM": UNOPENED,
    "SQLITE_NOTADB": "The database file is damaged, or is no database. Restore a copy of it.",
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_IOERR": UNREADABLE,
}
"""By the first part of SQLite's own name for what went wrong."""

OF_POSTGRES = {
    "08": STOPPED,
    "22021": NO_TEXT,
    "22P05": NO_TEXT,
    "25006": UNWRITABLE,
    "28": "The database refuses the name or the password. Correct them in the database address.",
    "3D000": "The server has no database of that name. Make it, or correct the database address.",
    "3F000": "The database has no schema for tables. Correct the search_path of its role.",
    "40": LOCKED,
    "42501": "The database forbids that to Easel's role. Give it the right, as the database's "
    "owner: GRANT ALL ON SCHEMA public TO the role.",
    "42P01": OTHER_TABLES,
    "42703": OTHER_TABLES,
    "53100": FULL,
    "53200": "The machine of the database has no memory left. Try again in a moment.",
    "53300": "The database takes no more connections. Close other programs that use it, "
    "or raise its max_connections.",
    "55P03": LOCKED,
    "57014": BUSY,
    "57P01": STOPPED,
    "57P02": STOPPED,
    "57P03": "The database is just starting or stopping. Try again in a moment.",
    "57P05": STOPPED,
    "58": UNREADABLE,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
"""By SQLSTATE, or by its class: the first two letters."""

WRONG_ADDRESS = ("28", "3D", "3F", "42501", "25006")
"""What waiting does not mend. Only whoever runs Easel can."""


def sentence_of(error: Exception) -> str:
    state = sqlstate_of(error)
    if state:
        return OF_POSTGRES.get(state) or OF_POSTGRES.get(state[:2], UNKNOWN)
    if isinstance(error, NoFreeConnection):
        return BUSY
    if isinstance(error, UnicodeError):
        return NO_TEXT
    if is_about_tls(error):
        return UNTRUSTED
    if isinstance(error, TimeoutError):
        return SLOW
    if isinstance(error, OSError):
        return SILENT
    if getattr(error, "connection_invalidated", False):
        return STOPPED
    return OF_SQLITE.get(sqlite_name_of(error), UNKNOWN)


def sqlstate_of(error: Exception) -> str:
    """What Postgres calls it, or nothing."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def sqlite_name_of(error: Exception) -> str:
    """Like SQLITE_BUSY, without what SQLite adds to it: SQLITE_BUSY_SNAPSHOT is one too."""
    name = getattr(getattr(error, "orig", error), "sqlite_errorname", "")
    return "_".join(name.split("_")[:2])


def is_about_tls(error: Exception) -> bool:
    # asyncpg has no error of its own for a server that speaks no TLS.
    return isinstance(error, ssl.SSLError) or (
        isinstance(error, ConnectionError) and "SSL" in str(error)
    )
