"""Programs: for how many rows of one shape the compiler made one."""

from dataclasses import dataclass, replace

from engine.gpu.switches.shape import WIDTHS, Shape
from engine.gpu.switches.tracks import Tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """`there` are those that answer or will as soon as they are asked, `in_use` those that do."""

    there: frozenset[int]
    in_use: frozenset[int]


def programs_of(tracks: Tracks, like: Shape) -> Programs:
    """For rows of that shape, however many they are."""
    found = tracks.all
    by_rows = {rows: found.get(replace(like, width=rows)) for rows in WIDTHS}
    made = {rows: track for rows, track in by_rows.items() if track is not None}
    network = tracks.network
    return Programs(
        there=frozenset(rows for rows, track in made.items() if track.has_program(network)),
        in_use=frozenset(rows for rows, track in made.items() if track.is_compiled(network)),
    )
