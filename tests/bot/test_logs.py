"""What a line in the log says of itself, and what it never says."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from logging import Formatter

import pytest
from pydantic import SecretStr

from bot.logs import Facts, HumanLines, JsonLines
from bot.settings import Settings
from engine.about import about

JOB = "0123456789abcdef0123456789abcdef"
log = logging.getLogger("tests.lines")
Written = Callable[[], str]


@pytest.fixture
def written() -> Iterator[Callable[[Formatter], Written]]:
    """What is written from now on, as that formatter has it."""
    handlers: list[logging.Handler] = []

    def writing(formatter: Formatter) -> Written:
        stream = StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        handler.addFilter(Facts())
        log.addHandler(handler)
        handlers.append(handler)
        return stream.getvalue

    yield writing
    for handler in handlers:
        log.removeHandler(handler)


Writing = Callable[[Formatter], Written]


def test_a_line_for_programs_says_what_it_is_about(written: Writing) -> None:
    lines = written(JsonLines())

    with about(job=JOB, owner="discord:42", route="/v1/jobs", request="ab"):
        log.warning("memory ran out")

    told = json.loads(lines())
    assert told["message"] == "memory ran out"
    assert {name: told[name] for name in ("job", "owner", "route", "request")} == {
        "job": JOB,
        "owner": "discord:42",
        "route": "/v1/jobs",
        "request": "ab",
    }


def test_a_line_for_people_ends_with_what_it_is_about(written: Writing) -> None:
    lines = written(HumanLines())

    with about(job=JOB, owner="anna"):
        log.warning("memory ran out")

    assert lines().endswith(f"memory ran out job={JOB} owner=anna\n")


def test_a_line_about_nothing_says_no_more_than_it_does(written: Writing) -> None:
    lines = written(JsonLines())

    log.warning("hello")

    assert set(json.loads(lines())) == {"time", "level", "logger", "message"}


def test_a_line_that_names_a_job_is_about_it_wherever_it_is_written(written: Writing) -> None:
    lines = written(JsonLines())

    log.warning("%d tries for job %s: %s", 3, JOB, "in vain")

    assert json.loads(lines())["job"] == JOB


def test_what_a_line_says_itself_counts_more_than_where_it_is_written(written: Writing) -> None:
    lines = written(JsonLines())

    with about(job="another"):
        log.warning("that one", extra={"job": JOB})

    assert json.loads(lines())["job"] == JOB


def test_no_name_of_somebody_makes_a_second_line(written: Writing) -> None:
    lines = written(HumanLines())

    log.warning("I know no model %s", "x\n2026-01-01 ERROR forged\x1b[2J\u2028")

    assert lines().count("\n") == 1
    assert "\x1b" not in lines()
    assert "\u2028" not in lines()


@pytest.mark.parametrize("formatter", [JsonLines, HumanLines])
@pytest.mark.parametrize(
    "line",
    [
        "refused easel_ab12cd_SECRET",
        "Authorization: Bearer SECRET",
        "Authorization: Basic SECRET",
        "Authorization: Bot SECRET.of.discord",
        "Cookie: SECRET=1",
        "easel=SECRET; Path=/",
        "POST https://discord.com/api/v10/webhooks/1234/SECRET?wait=true",
        "POST https://discord.com/api/v10/interactions/1234/SECRET/callback",
        "cannot reach postgresql://easel:SECRET@db.example/easel",
    ],
)
def test_what_opens_something_is_taken_out(
    written: Writing, formatter: type[JsonLines | HumanLines], line: str
) -> None:
    lines = written(formatter())

    log.warning("%s", line)
    try:
        raise ValueError(line)
    except ValueError:
        log.exception("that")

    assert "SECRET" not in lines()
    assert "…" in lines()


@pytest.mark.parametrize("formatter", [JsonLines, HumanLines])
def test_secrets_of_the_settings_are_taken_out_wherever_they_stand(
    written: Writing, formatter: type[JsonLines | HumanLines]
) -> None:
    lines = written(formatter(["p4ssw0rd"]))

    log.warning("the server said: no p4ssw0rd is right")

    assert "p4ssw0rd" not in lines()


def test_a_key_can_still_be_told_from_another(written: Writing) -> None:
    lines = written(JsonLines())

    log.warning("easel_ab12cd_SECRET is not valid any more")

    assert "easel_ab12cd_… is not valid any more" in lines()


def test_the_name_of_a_setting_opens_nothing(written: Writing) -> None:
    lines = written(JsonLines())

    log.warning("set EASEL_DISCORD_TOKEN")

    assert "set EASEL_DISCORD_TOKEN" in lines()


def test_the_settings_know_what_must_not_be_written() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://easel:p4ssw0rd@db/easel"),
        discord_token=SecretStr("t0ken"),
    )

    assert settings.secrets == ("p4ssw0rd", "t0ken")
    assert Settings().secrets == ()


@pytest.mark.parametrize(("form", "lines"), [("json", 2), ("human", 1)])
def test_programs_also_read_what_goes_right_and_people_only_what_does_not(
    form: str, lines: int
) -> None:
    program = (
        "import logging; from bot.logs import start_logging;"
        f"start_logging({form!r});"
        "logging.getLogger('bot.web').info('answered');"
        "logging.getLogger('aiohttp.access').info('answered');"
        "logging.getLogger('aiohttp').warning('trouble')"
    )
    written = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert len(written.stderr.splitlines()) == lines
