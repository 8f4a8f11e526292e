"""What people read about backups."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.messages import pictures
from bot.model_words import GIB

NOT_IN_IT = (
    "Models, add-ons and easel.toml are not in it, nor anything that opens a page or signs in "
    "at Discord: keep those yourself."
)

DAMAGED = "Stop Easel, then bring a backup back: `easel restore FILE --replace`."

CUT_OFF = "One was cut off here."

MOST_NAMED = 20


def made(place: Path, size: int, rows: Mapping[str, int], files: int) -> str:
    """The backup is whole and in its place."""
    return f"{place} holds {_amount(rows, files)}, {size / GIB:.2f} GiB in all. It was read again."


def whole(place: Path, easel: str, made: str, rows: Mapping[str, int], files: int) -> str:
    """It was looked through."""
    at = f"{datetime.fromisoformat(made):%Y-%m-%d %H:%M} UTC"
    return f"{place} is whole: {_amount(rows, files)}, by Easel {easel}, {at}."


def restored(rows: Mapping[str, int], files: int) -> str:
    """All of it is back."""
    return f"Restored: {_amount(rows, files)}. `easel serve` goes on where that Easel was."


def gone(count: int) -> str:
    """Some pictures are only rows."""
    return (
        f"Of {pictures(count)} there is no file: deleted meanwhile, damaged, or lost before. "
        "They are listed without being shown."
    )


def damaged(places: Sequence[Path]) -> str:
    """Some files are not what was once written there."""
    more = len(places) - MOST_NAMED
    named = ", ".join(map(str, places[:MOST_NAMED])) + (f" and {more} more" if more > 0 else "")
    return (
        f"Damaged, and so not in it: {named}. Look after that disk; an earlier backup may have "
        "them whole."
    )


def cut_off(aside: Path) -> str:
    """A restore did not come to its end."""
    return (
        "If pictures or rows are missing, stop Easel and type the restore again, with --replace. "
        f"If nothing is missing, remove {aside}."
    )


def _amount(rows: Mapping[str, int], files: int) -> str:
    jobs = rows.get("jobs", 0)
    return (
        f"{pictures(rows.get('pictures', 0))} of {jobs} {'job' if jobs == 1 else 'jobs'} and "
        f"{files} {'file' if files == 1 else 'files'}"
    )
