"""What a moderator does at the terminal: words typed, and what is answered."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.quota import Quota
from bot.terms import read_change, read_roles
from engine.allowance import Allowance
from engine.errors import InvalidRequest, NotFound
from storage.memory import MemoryLedger
from storage.memory_accounts import MemoryAccounts
from tests.storage.samples import ALICE, a_job

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=2)
SNOWFLAKE = str(2**64 - 1)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def quota(ledger: MemoryLedger, clock: Clock) -> Quota:
    return Quota(accounts=MemoryAccounts(ledger.purses), now=clock)


async def put(
    quota: Quota, person: str | None = None, tier: str | None = None, **typed: str
) -> str:
    change = read_change(typed)
    [line] = await quota.set(person, tier, change, roles=None, rank=None, why="")
    return line


def words(lines: list[str]) -> list[list[str]]:
    return [line.split() for line in lines]


async def test_where_nobody_was_there_is_nobody(quota: Quota) -> None:
    assert await quota.show(None, None) == [
        "There are no tiers: nobody has limits but of their own.",
        "",
        "Nobody has asked for anything yet.",
    ]
    assert await quota.audit(None, None, 50) == ["No moderator has done anything yet."]


async def test_all_tiers_and_people_are_two_tables(quota: Quota, ledger: MemoryLedger) -> None:
    await quota.set(
        None,
        "member",
        read_change(
            {"per_day": "50", "per_window": "10", "window": "2", "burst": "4", "waiting": "3"}
        ),
        roles=read_roles("11,12"),
        rank=1,
        why="",
    )
    await put(quota, "1", "member", steps="40")
    await ledger.record(replace(a_job(price=2.5), submitted=NOON), Allowance(per_day=50), NOON)
    await quota.block("7", None, "spam")

    header, member, _, people, *rows = words(await quota.show(None, None))

    assert header[:3] == ["tier", "rank", "roles"]
    assert member == [
        "member",
        "1",
        *["11,", "12", "50", "10", "in", "2", "h", "4", "–", "–", "3", "jobs", "waiting"],
    ]
    assert people[:3] == ["person", "name", "tier"]
    assert sorted(rows) == [
        ["discord:1", "Alice", "member", "2.50", "4.00", "0.00"],
        ["discord:7", "–", "–", "0.00", "unlimited", "0.00", "blocked"],
    ]


async def test_a_person_is_shown_with_all_that_holds(
    quota: Quota, ledger: MemoryLedger, clock: Clock
) -> None:
    await put(quota, ALICE.id, per_day="10", largest="512x512", priority="-1")
    await quota.grant(ALICE.id, "7", "1", "a gift")
    await quota.grant(ALICE.id, "5", None, "")
    await ledger.record(a_job(price=6.25), Allowance(per_day=10), NOON)
    await quota.block(ALICE.id, "3", "too many foxes")
    clock.now = LATER

    shown = words(await quota.show(ALICE.id, None))

    assert ["person", "discord:1", "Alice"] in shown
    assert ["used", "today", "0.00"] in shown
    assert ["put", "aside", "6.25"] in shown
    assert ["granted", "5.00"] in shown
    assert ["largest", "262,144", "pixels,", "like", "512×512"] in shown
    assert ["priority", "-1"] in shown
    assert ["blocked", "until", "2026-03-04", "12:00:", "too", "many", "foxes"] in shown
    assert ["of", "their", "own", "largest,", "per", "day,", "priority"] in shown
    assert [row[-1] for row in shown if row[:2] in (["1", "7.00"], ["2", "5.00"])] == [
        "expired",
        "–",
    ]
    assert ["2026-03-01", "12:00", "fox", "put", "aside", "6.25"] in shown


async def test_somebody_unknown_is_shown_with_what_would_hold(quota: Quota) -> None:
    await put(quota, None, "default", per_day="50")

    shown = await quota.show("42", None)

    assert shown[-1] == "discord:42 has never asked for anything; this is what would hold."
    assert ["left", "now", "50.00"] in words(shown)


async def test_a_tier_is_shown_alone_and_an_unknown_one_with_the_nearest(quota: Quota) -> None:
    await put(quota, None, "member", per_day="50")
    await put(quota, None, "patron", per_day="500")

    assert [row[0] for row in words(await quota.show(None, "patron"))] == ["tier", "patron"]
    with pytest.raises(InvalidRequest, match="Did you mean member"):
        await quota.show(None, "memebr")
    with pytest.raises(InvalidRequest, match="not both"):
        await quota.show("42", "member")


async def test_a_grant_says_how_much_and_until_when(quota: Quota) -> None:
    assert await quota.grant(SNOWFLAKE, "10", "7", "won") == [
        f"discord:{SNOWFLAKE} has 10.00 credits more until 08 March at 12:00 UTC. That is grant 1."
    ]
    assert await quota.take_back("1", "") == ["Grant 1 pays nothing any more."]


@pytest.mark.parametrize(
    ("credits", "days", "sentence"),
    [
        ("-5", None, "-5 is no amount of credits"),
        ("nan", None, "“nan” is no number"),
        ("lots", None, "“lots” is no number"),
        ("1e400", None, "is no number"),
        ("1e17", None, "no amount of credits"),
        ("0", None, "A grant of nothing"),
        ("5", "0", "--days 0 is no time"),
        ("5", "-2", "is no time"),
        ("5", "nan", "is no number"),
        ("5", "1e9", "Take up to 36,500"),
    ],
)
async def test_a_grant_of_nonsense_is_a_sentence(
    quota: Quota, credits: str, days: str | None, sentence: str
) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        await quota.grant("42", credits, days, "")

    assert await quota.audit(None, None, 50) == ["No moderator has done anything yet."]


@pytest.mark.parametrize("grant", ["x", "-1", "", "1" * 30])
async def test_what_is_no_grant_cannot_be_taken_back(quota: Quota, grant: str) -> None:
    with pytest.raises(InvalidRequest, match="no number of a grant"):
        await quota.take_back(grant, "")
    with pytest.raises(NotFound, match="no grant 7"):
        await quota.take_back("7", "")


@pytest.mark.parametrize("word", ["Ali", "alicia", "ALICE"])
async def test_a_name_is_no_id_and_blocks_nobody(
    quota: Quota, ledger: MemoryLedger, word: str
) -> None:
    await ledger.record(a_job(), Allowance(), NOON)

    with pytest.raises(InvalidRequest) as refused:
        await quota.block(word, None, "spam")

    sentence = (
        f"“{word}” is nobody's id. Those look like discord:42. Did you mean {ALICE.id} (Alice)?"
    )
    assert str(refused.value) == sentence
    assert await quota.audit(None, None, 50) == ["No moderator has done anything yet."]


async def test_whom_nobody_knows_by_name_is_looked_for_elsewhere(quota: Quota) -> None:
    with pytest.raises(InvalidRequest, match="`easel quota show` has those who are known"):
        await quota.grant("bob", "5", None, "")


async def test_a_block_says_until_when_and_is_taken_away(quota: Quota) -> None:
    [line] = await quota.block("7", "0.5", "spam")
    assert line.startswith("discord:7 may ask for nothing until 02 March at 00:00 UTC. ")
    [line] = await quota.block("7", None, "")
    assert line.startswith("discord:7 may ask for nothing until a moderator changes that. ")
    assert await quota.unblock("7", "") == ["discord:7 may ask again."]


async def test_none_is_no_limit_and_default_is_the_tiers(quota: Quota) -> None:
    await put(quota, None, "default", per_day="5", steps="9")

    await put(quota, "42", per_day="none", steps="20")
    await put(quota, "42", steps="Default")

    allowance = await quota.accounts.allowance("discord:42")
    assert (allowance.per_day, allowance.most_steps) == (None, 9)


async def test_what_set_is_for_must_be_said(quota: Quota) -> None:
    nothing = read_change({})

    for person, tier, roles, sentence in (
        (None, None, None, "Say whom"),
        ("42", None, None, "Say what to set"),
        ("42", "member", ["11"], "belong to tiers"),
    ):
        with pytest.raises(InvalidRequest, match=sentence):
            await quota.set(person, tier, nothing, roles=roles, rank=None, why="")


async def test_a_tier_of_nobody_is_removed(quota: Quota) -> None:
    await put(quota, None, "member", per_day="5")
    await put(quota, "42", "member")
    await put(quota, "43", "member")
    await put(quota, "43", "none")

    told = await quota.remove_tier("member", "")

    assert told == ["The tier member is gone. Whoever had it has what their roles give."]


async def test_the_audit_tells_who_whom_what_why_and_when(quota: Quota) -> None:
    await put(quota, "42", per_day="5", window="2")
    await put(quota, "42", per_day="none", window="default")
    await quota.grant("42", "7", "1", "a gift")
    await put(quota, None, "member", burst="3")
    await quota.block("42", None, "")

    header, *rows = await quota.audit("42", None, 50)

    assert header.split() == ["when", "who", "to", "whom", "what", "details", "why"]
    assert [" ".join(row.split()) for row in rows] == [
        "2026-03-01 12:00 local discord:42 block until taken back –",
        "2026-03-01 12:00 local discord:42 grant "
        "grant 1, credits 7, expires 2026-03-02 12:00 a gift",
        "2026-03-01 12:00 local discord:42 terms per day 5 → none, window 2 h → default –",
        "2026-03-01 12:00 local discord:42 terms per day default → 5, window default → 2 h –",
    ]
    assert len(await quota.audit(None, None, 2)) == 3
    assert "burst default → 3" in (await quota.audit(None, "member", 50))[-1]


@pytest.mark.usefixtures("folder")
def test_commands_work_on_the_database_in_the_data_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (
        ["quota", "set", "--tier", "default", "--per-day", "50", "--why", "a start"],
        ["quota", "grant", "42", "10", "--days", "3", "--why", ""],
        ["quota", "block", "7"],
        ["quota", "unblock", "7"],
        ["quota", "take-back", "1"],
        ["quota", "remove-tier", "default"],
        ["quota", "show"],
        ["quota", "show", "42"],
        ["audit", "-n", "3"],
    ):
        assert run(command) == 0, capsys.readouterr().err

    told = capsys.readouterr().out
    assert "It is set for tier default." in told
    assert "42  –     –     0.00        unlimited  0.00" in told
    assert told.splitlines()[-4].split() == ["when", "who", "to", "whom", "what", "details", "why"]
    with closing(sqlite3.connect(Path("data") / "easel.db")) as database:
        rows = database.execute("SELECT who, whom, what, why FROM audit ORDER BY id").fetchall()
    assert rows == [
        ("local", "tier default", "change tier", "a start"),
        ("local", "discord:42", "grant", ""),
        ("local", "discord:7", "block", ""),
        ("local", "discord:7", "unblock", ""),
        ("local", "discord:42", "take back", ""),
        ("local", "tier default", "remove tier", ""),
    ]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["quota", "grant", "42", "nan"], 2, "“nan” is no number"),
        (["quota", "grant", "discord:abc", "1"], 2, "no person's id"),
        (["quota", "block", "telegram:1"], 2, "no person's id"),
        (["quota", "show", "discord:abc"], 2, "no person's id"),
        (["quota", "show", "nobody"], 2, "is nobody's id"),
        (["quota", "grant", "a\x00b", "1"], 2, "no person's id"),
        (["quota", "set", "42", "--tier", "memer"], 2, "There are none yet"),
        (["quota", "unblock", "42"], 1, "discord:42 is not blocked"),
        (["quota", "set", "--per-day", "5"], 2, "Say whom"),
    ],
)
def test_bad_words_are_one_sentence(
    command: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command) == code

    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert sentence in told.err


@pytest.mark.usefixtures("folder")
def test_the_queue_is_turned_at_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for word in ("show", "pause", "show", "drain", "resume", "show"):
        why = [] if word == "show" else ["--why", "a new lamp"]
        assert run(["queue", word, *why]) == 0
        said.append(capsys.readouterr().out.split(":")[0])
    assert run(["audit"]) == 0

    goes, stands, runs = "The queue goes on", "The queue stands still", "The queue runs empty"
    assert said == [goes, stands, stands, runs, goes, goes]
    assert [line.split()[-5] for line in capsys.readouterr().out.splitlines()[1:]] == [
        "resume",
        "drain",
        "pause",
    ]
