"""The clock: what time it is, always with its zone."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
