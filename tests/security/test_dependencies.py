"""What Easel is made of is known, and an audit that was none is not taken for one."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.security.audit import CLEAN, NOT_AUDITED, VULNERABLE, Audit, audit_of
from tests.security.bill import bill_of, write_bill
from tests.security.pinned import EXTRAS_LOCK, LOCK, Pinned, here, pinned

NOW = datetime(2026, 11, 21, tzinfo=UTC)
INK = Pinned(name="ink", version="1.2", digests=("a" * 64,))
PAPER = Pinned(name="paper", version="2.0+cpu", where="sys_platform == 'darwin'")
WELL = {"name": "ink", "version": "1.2", "vulns": []}
ILL = {"name": "ink", "version": "1.2", "vulns": [{"id": "PYSEC-1"}]}
SKIPPED = {"name": "paper", "skip_reason": "Dependency not found on the index"}


def test_each_package_of_the_locks_is_known_with_its_digests() -> None:
    lock = LOCK.read_text("utf-8") + EXTRAS_LOCK.read_text("utf-8")
    found = here()

    assert len(found) == len(re.findall(r"^[\w.-]+==", lock, re.M)) + 1
    assert [one.name for one in found if not one.digests] == ["torch"]
    assert sum(len(one.digests) for one in found) == lock.count("--hash=sha256:")


def test_where_a_package_is_for_is_known() -> None:
    lock = "a==1 ; python_full_version < '3.12' \\\n    --hash=sha256:" + "b" * 64 + "\n"

    [one] = pinned(lock, "")

    assert one.where == "python_full_version < '3.12'"


def test_the_bill_has_every_package_once(tmp_path: Path) -> None:
    file = tmp_path / "artefacts" / "bill.json"

    count = write_bill(file)

    told = json.loads(file.read_text("utf-8"))
    references = [part["bom-ref"] for part in told["components"]]
    assert count == len(references) == len(set(references)) == len(here())
    assert told["bomFormat"] == "CycloneDX"
    assert set(told["dependencies"][0]["dependsOn"]) == set(references)


def test_what_easel_serves_without_is_marked_on_the_bill() -> None:
    lock, extras = (f"{name}==1 \\\n    --hash=sha256:{'b' * 64}\n" for name in ("ink", "gold"))

    told = bill_of(pinned(lock, "", extras), "1", NOW)

    assert [(part["name"], part.get("scope")) for part in told["components"]] == [
        ("gold", "optional"),
        ("ink", None),
    ]


def test_the_same_packages_make_the_same_bill() -> None:
    one, other = (bill_of([INK, PAPER], "1", NOW) for _ in range(2))

    assert one == other
    assert one["serialNumber"] != bill_of([INK], "1", NOW)["serialNumber"]
    assert one["components"][1]["purl"] == "pkg:pypi/paper@2.0%2Bcpu"


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ([WELL], CLEAN, "1 packages looked up, none"),
        ([ILL], VULNERABLE, "ink 1.2 has PYSEC-1"),
        ([], NOT_AUDITED, "Not audited: nobody answered for ink."),
        ([{"name": "ink", "skip_reason": "not there"}], NOT_AUDITED, "Not audited"),
    ],
)
def test_an_audit_says_what_it_found(answers: list[dict[str, Any]], code: int, words: str) -> None:
    found = audit_of([{"dependencies": answers}], [INK])

    assert found.code == code
    assert words in str(found)


def test_what_was_passed_over_is_not_audited() -> None:
    found = audit_of([{"dependencies": [WELL]}, {"dependencies": [SKIPPED]}], [INK, PAPER])

    assert found.code == NOT_AUDITED
    assert "nobody answered for paper" in str(found)


def test_an_audit_that_did_not_come_about_is_none() -> None:
    assert Audit().code == NOT_AUDITED
    assert Audit(why="no network").code == NOT_AUDITED
