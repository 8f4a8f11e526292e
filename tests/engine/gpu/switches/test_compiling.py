"""What was compiled is kept for the next start, where the owner has no other place for it."""

import os
from pathlib import Path

import pytest

from engine.gpu.switches.compiling import keep_programs_in

PLACE = "TORCHINDUCTOR_CACHE_DIR"


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
