"""What people read about the pictures that they have."""

from collections.abc import Collection
from dataclasses import asdict

from bot import messages
from bot.standings import when
from engine.archive import Amount
from engine.gallery import Exported, Shown
from engine.job import Remembered
from engine.retention import Keep

COLUMNS = ("number", "painted", "", "size", "seed", "model", "prompt")
GIB, MIB = 2**30, 2**20
LONGEST_PROMPT = 60
FAVOURITE = "★"
NOTHING = "You have no pictures yet. `easel imagine` paints one."
NOTHING_FITS = "None of your pictures is like that."
NO_YES = "That deletes all your pictures and words for good. If you mean it, add --yes."
STAYS = (
    "What stays, so that nobody gets round the limits this way: what you used, credits and limits "
    "that you were given, blocks, and what moderators did."
)
FORGOTTEN = f"Your pictures, prompts, names, favourites and defaults are deleted. {STAYS}"
BOTH_SEEDS = "Give a seed or --reroll, not both."


def row(picture: Remembered) -> tuple[str, ...]:
    """Under COLUMNS."""
    words = " ".join(picture.recipe.prompt.split())
    if len(words) > LONGEST_PROMPT:
        words = f"{words[: LONGEST_PROMPT - 1].rstrip()}…"
    return (
        str(picture.number),
        when(picture.painted),
        FAVOURITE if picture.favourite else "",
        messages.size(picture.recipe),
        str(picture.recipe.seed),
        picture.recipe.model,
        words,
    )


def more(last: int) -> str:
    """There are older ones."""
    return f"There are more: add --before {last}."


def shown(shown: Shown) -> list[str]:
    """All there is to say of a picture, and its recipe as other programs read it."""
    picture = shown.picture
    facts = [
        ("picture", str(picture.number)),
        ("painted", when(picture.painted)),
        ("cost", f"{shown.cost:.2f} credits"),
        ("favourite", "yes" if picture.favourite else "no"),
    ]
    facts += [("note", note) for note in picture.notes]
    return [*messages.columns(facts), "", *shown.infotext.split("\n")]


def favoured(number: int, *, favourite: bool) -> str:
    """It is one, or no more."""
    what = "kept whatever happens" if favourite else "no favourite any more"
    return f"Picture {number} is {what}."


def deleted(numbers: Collection[int]) -> str:
    """They are gone."""
    return f"{messages.pictures(len(numbers))} deleted."


def exported(file: str, exported: Exported) -> list[str]:
    """What is in the zip."""
    lines = [f"{messages.pictures(exported.pictures)} in {file}."]
    if exported.missing:
        numbers = ", ".join(map(str, exported.missing))
        lines.append(f"The files of these are not here any more: {numbers}.")
    return lines


def amount(amount: Amount) -> str:
    """How much there is."""
    size = amount.bytes / GIB
    told = f"{size:.1f} GiB" if size >= 1 else f"{amount.bytes / MIB:.1f} MiB"
    favourites = f", {amount.favourites} of them favourites" if amount.favourites else ""
    return f"{messages.pictures(amount.pictures)}{favourites}, {told}."


def kept(keep: Keep) -> str:
    """What the settings say about how long."""
    limits = []
    if keep.age is not None:
        limits.append(f"for {keep.age.days} days")
    if keep.each is not None:
        limits.append(f"the newest {keep.each:,} of each person")
    if keep.bytes is not None:
        limits.append(f"up to {keep.bytes / GIB:g} GiB")
    if not limits:
        return "All are kept."
    return f"Kept {', '.join(limits)}; favourites always."


def as_json(picture: Remembered) -> dict[str, object]:
    """A picture with its recipe."""
    return {
        "number": picture.number,
        "job": picture.job,
        "tile": picture.tile,
        "painted": picture.painted.isoformat(),
        "favourite": picture.favourite,
        "seconds": round(picture.seconds, 3),
        "notes": list(picture.notes),
        "recipe": asdict(picture.recipe),
    }
