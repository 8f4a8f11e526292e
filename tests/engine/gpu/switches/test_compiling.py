"""What was compiled is kept for the next start, where the owner has no other place for it."""

import logging
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.switches.compiling import PLACE, compiled, keep_programs_in


@pytest.mark.parametrize("chosen", [None, "elsewhere"])
def test_programs_are_kept_where_the_owner_said_or_with_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str | None
) -> None:
    # First set, so that it is taken back whatever is done to it here.
    monkeypatch.setenv(PLACE, chosen or "")
    if chosen is None:
        monkeypatch.delenv(PLACE)

    keep_programs_in(tmp_path / "compiled")

    assert os.environ[PLACE] == (chosen or str(tmp_path / "compiled"))


def test_where_they_cannot_be_kept_torch_has_its_own_place_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(PLACE, "")
    monkeypatch.delenv(PLACE)
    (tmp_path / "compiled").write_text("a file, where the folder should be")

    with caplog.at_level(logging.WARNING):
        keep_programs_in(tmp_path / "compiled")

    assert PLACE not in os.environ
    assert "is not kept there" in caplog.text


def test_what_torch_traces_at_its_first_compilation_is_traced_before_anybody_paints() -> None:
    shim: Any = import_module("torch._inductor.loop_body").InterpreterShim
    shim._dummy_gm.cache_clear()

    compiled(torch.nn.Identity(), flags=False)

    # Else every network that is asked meanwhile, in another thread, fails.
    assert shim._dummy_gm.cache_info().currsize == 1
