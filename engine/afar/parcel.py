"""Parcels: frames as they go to another machine and back, JSON first and then bytes."""

import json

from engine.child.frames import Frame, Rubbish

Parcel = tuple[bytes, ...]
END: Parcel = ()
"""Nothing comes after it."""


def packed(frame: Frame) -> Parcel:
    return (json.dumps(frame.told).encode("ascii"), *frame.pieces)


def unpacked(parcel: Parcel) -> Frame:
    """Raises Rubbish."""
    try:
        told, *pieces = parcel
        match json.loads(told):
            case dict(said) if all(type(piece) is bytes for piece in pieces):
                return Frame(told=said, pieces=tuple(pieces))
    except (ValueError, TypeError, RecursionError) as error:
        raise Rubbish("a parcel came that cannot be read") from error
    raise Rubbish("a parcel came that says nothing")
