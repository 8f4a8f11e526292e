"""Parcels hold what frames do."""

import pytest

from engine.afar.parcel import Parcel, packed, unpacked
from engine.child.frames import Frame, Rubbish


def test_a_frame_comes_back_as_it_was() -> None:
    frame = Frame(told={"is": "fox", "words": "Füchse \ud800"}, pieces=(b"a", b""))

    assert unpacked(packed(frame)) == frame


@pytest.mark.parametrize(
    "parcel", [(), (b"no",), (b"[]",), (b"\xff",), (b"[" * 100_000,), (b"{}", 3), (3,)]
)
def test_what_is_none_is_rubbish(parcel: Parcel) -> None:
    with pytest.raises(Rubbish, match="parcel"):
        unpacked(parcel)
