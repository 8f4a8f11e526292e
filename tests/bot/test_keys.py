"""The keys commands: what is typed, printed for programs, and told to people."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run
from bot.app import open_app
from bot.keys import Answer, Keyring, read_expiry, read_scopes
from bot.painters import Painters
from bot.settings import read_settings
from engine.errors import InvalidRequest
from engine.key import SECRET, USUAL, Scope
from storage.memory import MemoryLedger
from storage.memory_keys import MemoryKeys

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(clock: Clock) -> Keyring:
    return Keyring(keys=MemoryKeys(MemoryLedger().purses), now=clock)


async def add(keyring: Keyring, name: str = "site", **typed: Any) -> Answer:
    usual: dict[str, Any] = {"person": None, "scope": None, "expires": None, "why": ""}
    return await keyring.add(name, **{**usual, "as_json": False, **typed})


async def table(keyring: Keyring) -> list[list[str]]:
    return [line.split() for line in (await keyring.show(as_json=False)).lines]


async def test_the_secret_is_all_that_programs_read(keyring: Keyring) -> None:
    answer = await add(keyring)

    [secret] = answer.lines
    assert SECRET.fullmatch(secret)
    assert answer.beside == (
        "The key site is key:site's and is for paint, read, until it is revoked.",
        "This is its secret. It is shown this once: keep it as you keep a password.",
    )
    key = await keyring.keys.open(secret, NOON)
    assert key is not None
    assert (key.owner.id, key.owner.name, key.scopes) == ("key:site", "site", USUAL)


async def test_a_key_of_a_person_says_whose_it_is_what_for_and_until_when(keyring: Keyring) -> None:
    answer = await add(keyring, person="42", scope="moderate, Read", expires="30d")

    assert answer.beside[0] == (
        "The key site is discord:42's and is for read, moderate, until 2026-03-31 12:00:00 UTC."
    )
    key = await keyring.keys.open(answer.lines[0], NOON)
    assert key is not None
    assert key.owner.id == "discord:42"
    assert key.scopes == {Scope.READ, Scope.MODERATE}


async def test_a_later_key_of_a_name_is_the_same_person_and_says_so(keyring: Keyring) -> None:
    await add(keyring)
    told = (await keyring.revoke("site", "")).lines

    again = await add(keyring)
    await keyring.revoke("site", "")
    of_another = await add(keyring, person="42")
    of_the_same = await add(keyring, "phone", person="42")

    assert told == [
        "The key site opens nothing any more. What key:site has stays: history, credits and limits."
    ]
    assert again.beside[1] == (
        "There was a key site before. This one is the same person: key:site keeps its history, "
        "credits and limits."
    )
    assert (len(of_another.beside), len(of_the_same.beside)) == (2, 2)


async def test_without_keys_the_list_says_how_to_make_one(keyring: Keyring) -> None:
    assert (await keyring.show(as_json=False)).lines == [
        "There are no keys yet. `easel keys add NAME` makes one."
    ]
    assert (await keyring.show(as_json=True)).lines == ["[]"]


async def test_the_list_says_what_opens_nothing_any_more(keyring: Keyring, clock: Clock) -> None:
    [secret] = (await add(keyring)).lines
    await add(keyring, "old", person="42", scope="read", expires="1h")
    await add(keyring, "lost")
    clock.now += timedelta(minutes=30)
    await keyring.revoke("lost", "")
    await keyring.keys.open(secret, clock.now)
    clock.now = NOON + timedelta(hours=1)

    header, *rows = await table(keyring)

    by_name = {row[0]: row[1:] for row in rows}
    day = "2026-03-01"
    assert header[:3] == ["key", "person", "for"]
    assert by_name["site"] == [
        *("key:site", "paint,", "read", secret[:14]),
        *(day, "12:00", "–", day, "12:00"),
    ]
    assert by_name["old"][:2] == ["discord:42", "read"]
    assert by_name["old"][-4:] == [day, "13:00", "–", "expired"]
    assert by_name["lost"][-3:] == ["revoked", day, "12:30"]


async def test_the_list_as_json_has_everything_but_secrets(keyring: Keyring, clock: Clock) -> None:
    [secret] = (await add(keyring, expires="1h")).lines
    clock.now += timedelta(hours=1)

    [listed] = (await keyring.show(as_json=True)).lines

    assert json.loads(listed) == [
        {
            "name": "site",
            "id": secret[6:14],
            "person": "key:site",
            "scopes": ["paint", "read"],
            "added": "2026-03-01T12:00:00+00:00",
            "expires": "2026-03-01T13:00:00+00:00",
            "revoked": None,
            "last_used": None,
            "opens": False,
        }
    ]


async def test_a_new_key_as_json_has_its_secret(keyring: Keyring) -> None:
    [told] = (await add(keyring, as_json=True)).lines

    key = json.loads(told)
    assert SECRET.fullmatch(key["secret"])
    assert (key["name"], key["opens"]) == ("site", True)


@pytest.mark.parametrize(
    ("word", "end"),
    [
        ("30d", NOON + timedelta(days=30)),
        (" 12H ", NOON + timedelta(hours=12)),
        ("4w", NOON + timedelta(weeks=4)),
        ("36500d", NOON + timedelta(days=36_500)),
        ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-01T12:30", datetime(2027, 1, 1, 12, 30, tzinfo=UTC)),
        ("2027-01-01T12:30:05+02:00", datetime(2027, 1, 1, 10, 30, 5, tzinfo=UTC)),
        (None, None),
    ],
)
def test_an_end_is_a_span_or_a_time(word: str | None, end: datetime | None) -> None:
    assert read_expiry(word, NOON) == end


def test_a_span_ends_with_a_whole_second() -> None:
    assert read_expiry("1h", NOON.replace(microsecond=999_999)) == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    "word",
    [
        *("", "soon", "0d", "-1d", "1.5d", "30", "30m", "36501d", "999999999w", "9" * 30 + "d"),
        *("2027-13-01", "9999-12-31T23:00-23:00", "٣d"),
    ],
)
def test_what_is_no_end_is_a_sentence(word: str) -> None:
    with pytest.raises(InvalidRequest, match=r"is no time for a key to end\. Write a span"):
        read_expiry(word, NOON)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [("pain", "Did you mean paint?"), ("paint,all", "“all” is nothing a key can be for. Known")],
)
def test_an_unknown_scope_is_named_with_the_nearest(word: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_scopes(word)

    assert sentence in str(refused.value)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["add", "a b"], 2, "A key's name has up to 40 letters"),
        (["add", "a", "--scope", ","], 2, "A key for nothing is none"),
        (["add", "a", "--scope", "painting"], 2, "Did you mean paint?"),
        (["add", "a", "--expires", "2020-01-01"], 2, "over already"),
        (["add", "a", "--person", ""], 2, "no person's id"),
        (["add", "a", "--person", "nobody"], 2, "no person's id"),
        (["add", "a", "--person", "a/b"], 2, "no person's id"),
        (["revoke", "site"], 1, "There is no key “site” to revoke"),
    ],
)
def test_bad_words_are_one_sentence(
    command: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", *command]) == code

    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert sentence in told.err


@pytest.mark.usefixtures("folder")
def test_a_taken_name_is_refused_and_nothing_is_printed_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["keys", "add", "site"]) == 0
    capsys.readouterr()

    assert run(["keys", "add", "site"]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert "`easel keys revoke site`" in told.err


@pytest.mark.usefixtures("folder")
def test_credits_and_limits_of_a_key_are_given_as_anybodys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (
        ["keys", "add", "site"],
        ["quota", "set", "key:site", "--per-day", "50"],
        ["quota", "grant", "key:site", "10"],
        ["quota", "block", "key:site", "--why", "too many"],
        ["quota", "show", "key:site"],
        ["audit", "--person", "key:site"],
    ):
        assert run(command) == 0, capsys.readouterr().err

    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["person", "key:site"] in told
    assert ["left", "now", "60.00"] in told
    assert ["granted", "10.00"] in told
    assert sum("key:site" in line and "local" in line for line in told) == 4


@pytest.mark.usefixtures("folder")
async def test_a_running_program_opens_what_the_terminal_added(painters: Painters) -> None:
    async with open_app(read_settings(), painters) as app:
        added = _easel("keys", "add", "site", "--why", "for the site")
        key = await app.keys.open(added.stdout.strip(), datetime.now(UTC))
        _easel("keys", "revoke", "site")
        after = await app.keys.open(added.stdout.strip(), datetime.now(UTC))

    assert key is not None
    assert key.name == "site"
    assert after is None


def test_a_secret_is_printed_once_and_is_nowhere_else(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("EASEL_LOG", "json")

    added = _easel("keys", "add", "site", "--why", "for the site")
    codes = [
        run(later)
        for later in (
            *(["keys", "list"], ["keys", "list", "--json"]),
            *(["keys", "revoke", "site"], ["audit"]),
        )
    ]
    told = capsys.readouterr()

    secret = added.stdout.strip()
    assert SECRET.fullmatch(secret)
    assert added.stdout == f"{secret}\n"
    random = secret[-43:]
    assert random not in added.stderr
    assert codes == [0] * 4
    assert told.out.count("site") >= 4
    # What is logged goes to the log of the tests here.
    assert random not in told.out + told.err + caplog.text
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert "easel.db" in {file.name for file in files}
    assert not any(random.encode() in file.read_bytes() for file in files)


def _easel(*command: str) -> "subprocess.CompletedProcess[str]":
    """The program from outside, in the current folder."""
    return subprocess.run(
        (sys.executable, "-c", "from bot.__main__ import main; main()", *command),
        env={"PYTHONPATH": str(ROOT), "EASEL_LOG": "json", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
