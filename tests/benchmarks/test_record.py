"""The file of figures: whole after every part, and never of two cards."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from benchmarks.record import CUT_OFF, NotKept, OtherSetup, Record, Setup

CARD = Setup(
    device="NVIDIA H100",
    hand="engine 1, NVIDIA H100, float16",
    torch="2.13.0",
    cuda="13.0",
    diffusers="0.42.1",
    transformers="5.23.0",
    python="3.11.7",
    narrow=False,
)


@dataclass(frozen=True)
class Figure:
    ms: float


def test_what_was_found_is_there_for_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "gpu.json"
    Record.at(file, CARD).end("machine", Figure(ms=1.5), seconds=2.04)

    again = Record.at(file, CARD)

    assert again.found == {"machine": {"ms": 1.5}}
    assert json.loads(file.read_text("utf-8"))["parts"]["machine"]["seconds"] == 2.0


def test_a_part_that_took_the_program_with_it_is_known_to_have(tmp_path: Path) -> None:
    Record.at(tmp_path / "gpu.json", CARD).begin("machine")

    again = Record.at(tmp_path / "gpu.json", CARD)

    assert again.found == {}
    assert again.failed == {"machine": CUT_OFF}


@pytest.mark.parametrize(
    "other",
    [
        replace(CARD, device="NVIDIA H200"),
        replace(CARD, torch="2.14.0"),
        replace(CARD, hand="engine 2, NVIDIA H100, float16"),
        replace(CARD, narrow=True),
    ],
    ids=["card", "torch", "engine", "narrow"],
)
def test_figures_of_another_setup_are_never_mixed_in(tmp_path: Path, other: Setup) -> None:
    Record.at(tmp_path / "gpu.json", CARD).end("machine", Figure(ms=1.5), seconds=2)

    with pytest.raises(OtherSetup, match="Name another file"):
        Record.at(tmp_path / "gpu.json", other)


@pytest.mark.parametrize(
    "there",
    [
        b'{"shopping": ["milk"]}',
        b"[]",
        b"",
        b"\xff\xfe",
        json.dumps({"setup": asdict(CARD), "parts": ["machine"]}).encode(),
        json.dumps({"setup": asdict(CARD), "parts": {"machine": 1}}).encode(),
    ],
    ids=["notes", "list", "empty", "no text", "parts without names", "a part that is none"],
)
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, there: bytes) -> None:
    file = tmp_path / "notes.json"
    file.write_bytes(there)

    with pytest.raises(OtherSetup, match=r"notes\.json holds no figures"):
        Record.at(file, CARD)

    assert file.read_bytes() == there


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OtherSetup, match="cannot be read: Is a directory"):
        Record.at(tmp_path, CARD)


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "gpu.json"
    record = Record.at(file, CARD)
    record.end("machine", Figure(ms=1.5), seconds=2)
    before = file.read_bytes()
    # A file cannot take the place of a folder.
    (tmp_path / ".gpu.json.new").mkdir()

    with pytest.raises(NotKept, match="cannot be written: Is a directory"):
        record.end("picture", Figure(ms=2.5), seconds=2)

    assert file.read_bytes() == before


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    record = Record.at(tmp_path / "gpu.json", CARD)

    record.fail("machine", "OutOfMemoryError: no", seconds=1)

    assert [file.name for file in tmp_path.iterdir()] == ["gpu.json"]


def test_figures_without_a_switch_are_others(tmp_path: Path) -> None:
    file = tmp_path / "gpu.json"
    Record.at(file, CARD).begin("machine")

    with pytest.raises(OtherSetup, match=r"float16, without flags\)\. Name another file"):
        Record.at(file, replace(CARD, without="flags"))
