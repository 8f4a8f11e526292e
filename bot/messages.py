"""Every word that people read and that is no error of the engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.card import ModelCard
from engine.job import Picture, Recipe, Remembered

GIB = 2**30
EXAMPLE = "a red circle on a white background"
STOPPED = "Stopped."
LOADING = "Warming up the painter …"
WAITING = "Waiting for a seat …"
PAINTING = "Painting"
NOT_CONFIRMED = "Nothing was painted."
WITHDRAWN = "You cancelled this one."
NO_JOB = "There is no such job here."
NO_PICTURE = "There is no such picture here."
MODEL_COLUMNS = ("model", "family", "size", "steps", "guidance", "sampler")


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


def model_row(card: ModelCard) -> tuple[str, ...]:
    """A model under MODEL_COLUMNS."""
    return (
        card.name,
        card.family,
        f"{card.width}×{card.height}",
        str(card.steps),
        f"{card.guidance:g}",
        card.sampler,
    )


def usable(card: ModelCard) -> str:
    """What is said of weights that passed."""
    kind = card.architecture or card.family
    return f"{card.name} can be used: {kind}, made for {card.width}×{card.height}."


def fits(needed: int, memory: int, offload: str | None) -> str:
    """How a model fits on the device."""
    weights = f"Its weights take {needed / GIB:.2g} of {memory / GIB:.3g} GiB for models"
    match offload:
        case "none":
            return f"{weights}."
        case "parts":
            return f"{weights}, so its text encoders and autoencoder wait in main memory."
        case "blocks":
            return f"{weights}, so its network comes to the card block by block, which is slow."
        case _:
            return f"{weights}, and one part alone takes more than there is."


def revisions(current: str | None, newest: str | None) -> str:
    """Where the database stands."""
    if current == newest:
        return f"The database is up to date, at {current}."
    stands = f"at {current}" if current else "empty"
    return f"The database is {stands}; the newest is {newest}. `easel migrate` brings it there."


def ready(address: str) -> str:
    """The line that says where the page is."""
    return f"Easel is ready: {address}"


def pictures(count: int) -> str:
    """Like 1 picture, 4 pictures."""
    return "1 picture" if count == 1 else f"{count} pictures"


def confirm(count: int, price: float) -> str:
    """The question before a prompt with permutations."""
    return f"That is {pictures(count)} for {price:.1f} credits. Paint them?"


def place_in_line(ahead: int, seconds: float) -> str:
    """What somebody in line reads."""
    wait = f"about {seconds:.0f} s" if seconds >= 1 else "a moment"
    if ahead == 0:
        return f"You are next: {wait} to go."
    return f"{ahead} ahead of you: {wait} to go."


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of words as lines with their columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


WAY_COLUMNS = ("way", "images/s", "of stock", "p50 s", "p95 s")
GRID_TITLE = "Easel, one by one: seconds for a picture"
GRID_COLUMNS = ("size", "steps", "pictures", "mean", "min", "max")
WAYS = {
    "stock": "stock diffusers, one by one",
    "solo": "Easel, one by one",
    "batched": "Easel, {in_flight} in flight",
    "every core": "stock diffusers, every core",
    "fifo": "a short job among long ones, first come, first served",
    "short": "a short job among long ones, in company",
    "grid": "sizes by steps",
    "turns": "the engine without a network",
}


def not_measured(what: str, measured: Sequence[str]) -> str:
    """Why a benchmark that has a name is not run."""
    return (
        f"The {what} benchmark is not part of this version of Easel. "
        f"There is: {', '.join(measured)}."
    )


def way(name: str, in_flight: int | str) -> str:
    """A row under WAY_COLUMNS."""
    return WAYS[name].format(in_flight=in_flight)


def measuring(number: int, rounds: int, name: str) -> str:
    """What a benchmark is at."""
    return f"Round {number} of {rounds}: {way(name, 'several')} …"


def bench_title(engine: Mapping[str, Any]) -> str:
    """What was compared, where, and how often."""
    count = engine["torch_threads"]
    cores = f", {count} {'core' if count == 1 else 'cores'}" if engine["device"] == "cpu" else ""
    return (
        f"{engine['model']} on {engine['device']}, {engine['precision']}{cores}: "
        f"{engine['jobs']} mixed jobs, medians of {engine['rounds']} rounds"
    )


def short_jobs(waits: Mapping[str, Mapping[str, float]], ratio: float) -> str:
    """How long who wants little waits behind who wants much."""
    return (
        f"A short job that comes among long ones waits {waits['short']['p95_s']:.2f} s (p95); "
        f"first come, first served it is {waits['fifo']['p95_s']:.2f} s. That is {ratio:.2f} × it."
    )


def turns(turns: Mapping[str, Mapping[str, float]]) -> str:
    """What the engine costs beside the network."""
    times = (
        f"{time['p50_ms']:.2f} ms with {jobs} {'job' if jobs == '1' else 'jobs'}"
        for jobs, time in turns.items()
    )
    return f"A turn without its network takes {', '.join(times)}."


def likeness(outputs: Mapping[str, Mapping[str, Any]], *, equal: bool) -> str:
    """Whether the ways painted the same pictures."""
    solo, batched = outputs["solo"], outputs["batched"]
    return (
        f"The pictures are {'equal' if equal else 'NOT equal'}: one by one {solo['equal']} of "
        f"{solo['pictures']} are stock diffusers' bit for bit; in company the furthest value is "
        f"{batched['furthest']} of 255 levels off, and the mean of the least alike picture "
        f"{batched['mean']:.1e} of the range."
    )


INSTALLED_COLUMNS = ("in the data folder", "family", "room", "licence", "from")
UNFINISHED = "unfinished"
UNUSABLE = "unusable"
DOWNLOADING = "Downloading"
NO_FIT = "Take a smaller model, or a card with more memory."
NOT_REMOVED = "Nothing was taken away."


def neither_name_nor_path(name: str) -> str:
    """What is said to a model that cannot be added."""
    return (
        f"“{name}” is neither here nor a name on the hub. Write a path that there is, or a name "
        "like org/name, org/name@revision or org/name/file.safetensors."
    )


def coming(repository: str, revision: str, size: str, free: str) -> str:
    """What is about to be downloaded."""
    return f"{repository} at {revision[:7]}: {size}, with {free} free here."


def licence(name: str, page: str) -> str:
    """Under which terms, before the first byte."""
    if not name:
        return f"It names no licence: read {page} before you use it."
    return f"Its licence is {name}: {page}"


def going_on(size: str) -> str:
    """An earlier download goes on."""
    return f"{size} of it are here from the last time."


def moved(revision: str) -> str:
    """The branch has moved on since the download began."""
    return (
        f"There is a newer revision by now. I finish the one that was begun, {revision[:7]}; for "
        "the newer one, take it away with `easel models remove` and add it again."
    )


def downloaded(percent: int, size: str) -> str:
    """How far it is."""
    return f"{percent} % of {size}"


def added(name: str) -> str:
    """It is whole and in its place."""
    return f"{name} is here. To paint with it, put it into EASEL_MODELS."


def confirm_removal(name: str, size: str | None, *, used: bool) -> str:
    """The question before a model goes; without a size it is only a link that goes."""
    what = f"Delete {name}, {size}?" if size else f"Forget {name}? Its files stay where they are."
    return f"EASEL_MODELS names it, so the next start needs it. {what}" if used else what


def say_yes(name: str) -> str:
    """There is no terminal to ask on."""
    return f"To take {name} away without being asked, add --yes."


def removed(name: str) -> str:
    """It is gone."""
    return f"{name} is taken away."


FOR_EVER = "a moderator changes that"
NO_TIERS = "There are no tiers: nobody has limits but of their own."
NO_PEOPLE = "Nobody has asked for anything yet."
NO_DEEDS = "No moderator has done anything yet."
NOTHING_TO_SET = "Say what to set, like --per-day 50. `easel quota set --help` lists it all."
WHOM_TO_SET = "Say whom to set it for: a person, or a tier with --tier NAME."
ROLES_ARE_OF_TIERS = "Roles and ranks belong to tiers: leave the person out."
PERSON_OR_TIER = "Show a person or a tier, not both at once."


def never_seen(person: str) -> str:
    """Under what would hold for somebody who is not known."""
    return f"{person} has never asked for anything; this is what would hold."


def granted(person: str, credits: float, grant: int, until: str | None) -> str:
    """A grant was given."""
    end = f" until {until}" if until else ""
    return f"{person} has {credits:.2f} credits more{end}. That is grant {grant}."


def taken_back(grant: int) -> str:
    """A grant was taken back."""
    return f"Grant {grant} pays nothing any more."


def set_for(whom: str) -> str:
    """Terms or a tier were changed."""
    return f"It is set for {whom}."


def blocked(person: str, until: str | None) -> str:
    """Somebody was blocked."""
    return f"{person} may ask for nothing until {until or FOR_EVER}."


def unblocked(person: str) -> str:
    """A block was taken away."""
    return f"{person} may ask again."


def tier_removed(tier: str) -> str:
    """A tier is gone."""
    return f"The tier {tier} is gone. Whoever had it has what their roles give."
