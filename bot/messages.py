"""What people read about their pictures and about the program itself."""

from collections.abc import Sequence

from engine.job import Picture, Recipe, Remembered

EXAMPLE = "a red circle on a white background"
STOPPED = "Stopped."
LOADING = "Warming up the painter …"
PAINTING = "Painting"
NOT_CONFIRMED = "Nothing was painted."
WITHDRAWN = "You cancelled this one."


def size(recipe: Recipe) -> str:
    """Like 512×768."""
    width, height = recipe.final_size
    return f"{width}×{height}"


def facts(picture: Picture | Remembered) -> list[str]:
    """What there is to say of a picture, most telling first."""
    recipe = picture.recipe
    return [
        f"seed {recipe.seed}",
        recipe.model,
        size(recipe),
        *steps(recipe),
        f"{picture.seconds:.1f} s",
        *picture.notes,
    ]


def steps(recipe: Recipe) -> list[str]:
    """None where the picture was only enlarged."""
    if not any(recipe.painted_steps):
        return []
    return ["1 step" if recipe.steps == 1 else f"{recipe.steps} steps"]


def painted(file: str, picture: Picture) -> str:
    """The line about a picture that was written."""
    return " · ".join([file, *facts(picture)])


def revisions(current: str | None, newest: str | None) -> str:
    """Where the database stands."""
    if current == newest:
        return f"The database is up to date, at {current}."
    stands = f"at {current}" if current else "empty"
    return f"The database is {stands}; the newest is {newest}. `easel migrate` brings it there."


def ready(address: str) -> str:
    """The line that says where the page is."""
    return f"Easel is ready: {address}"


def stopping(count: int, seconds: float) -> str:
    """The line of somebody who stopped the program and sees it go on."""
    return (
        f"Stopping. {pictures(count).capitalize()} may take up to {seconds:.0f} s more; "
        "press Ctrl-C again to stop at once."
    )


def pictures(count: int) -> str:
    """Like 1 picture, 4 pictures."""
    return "1 picture" if count == 1 else f"{count} pictures"


def confirm(count: int, price: float) -> str:
    """The question before a prompt with permutations."""
    return f"That is {pictures(count)} for {price:.1f} credits. Paint them?"


def place_in_line(ahead: int, seconds: float, *, paused: bool = False) -> str:
    """What somebody in line reads."""
    if paused:
        before = f"{pictures(ahead)} ahead of you" if ahead else "You are next"
        return f"{before}. A moderator has stopped the queue for now; it keeps its place."
    wait = f"about {seconds:.0f} s" if seconds >= 1 else "a moment"
    if ahead == 0:
        return f"You are next: {wait} to go."
    return f"{pictures(ahead)} ahead of you: {wait} to go."


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of words as lines with their columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
