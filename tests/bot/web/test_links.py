"""Links open for their hour, and only as they were given."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aiohttp.test_utils import make_mocked_request

from bot.web.links import LASTS, Links

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FILE = "ab" * 32


def parts_of(links: Links) -> tuple[int, str]:
    path = urlsplit(links.to(make_mocked_request("GET", "/"), FILE, "png")).path
    _, until, sign, _ = path.rsplit("/", 3)
    return int(until), sign


def test_a_link_opens_for_an_hour() -> None:
    until, sign = parts_of(Links(b"secret", lambda: NOON))
    before = Links(b"secret", lambda: NOON + LASTS - timedelta(seconds=1))
    after = Links(b"secret", lambda: NOON + LASTS)

    assert timedelta(hours=1) == LASTS
    assert before.opens(until, sign, FILE)
    assert not after.opens(until, sign, FILE)


def test_another_file_end_or_secret_opens_nothing() -> None:
    links = Links(b"secret", lambda: NOON)
    until, sign = parts_of(links)

    assert links.opens(until, sign, FILE)
    assert not links.opens(until, sign, "cd" * 32)
    assert not links.opens(until + 3600, sign, FILE)
    assert not Links(b"another", lambda: NOON).opens(until, sign, FILE)
