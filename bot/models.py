"""The models commands: a model is downloaded or linked, looked for, and taken away."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from bot import model_words
from engine.errors import BadModel, Misconfigured
from engine.gpu.hub.download import Download, Tell, open_download
from engine.gpu.hub.hub import Hub, hub_from
from engine.gpu.hub.installed import Installed, installed, installed_as, link
from engine.gpu.hub.installed import remove as take_away
from engine.gpu.hub.repository import SINGLE, HubName, hub_name
from engine.gpu.hub.room import amount, free_room
from engine.gpu.models.catalog import find, name_of

SHOWN_LETTERS = 40


def add(name: str, models_dir: Path, console: Console) -> str:
    """Download what is named on the hub, or link what lies on the disk; answer what it is called.

    A path goes before a name of the hub that is spelled the same.
    """
    path = Path(os.path.expanduser(name))
    there = os.path.exists(path)  # unlike Path's own, it takes whatever people type
    on_hub = None if there else hub_name(name)
    if on_hub is not None:
        target = download(on_hub, models_dir, console, hub_from(os.environ))
        return _called(str(on_hub), target, models_dir)
    if not there:
        raise BadModel(model_words.neither_name_nor_path(name))
    find(str(path.resolve()), models_dir)
    return link(path.resolve(), models_dir)


def download(name: HubName, models_dir: Path, console: Console, hub: Hub) -> Path:
    """Until the whole model is in its place, which is the answer."""
    hub = replace(hub, say=lambda trouble: _say(trouble, console))
    with open_download(name, models_dir, hub) as coming:
        _say_what_comes(coming, free_room(models_dir), hub, console)
        with _telling(coming, console) as tell:
            coming.fetch(hub, tell)
        return coming.publish(lambda whole: find(str(whole), models_dir))


def fetch_missing(names: Iterable[str], models_dir: Path, console: Console) -> None:
    """Download those that are named as on the hub and that are not here yet."""
    for name in names:
        on_hub = hub_name(name)
        if on_hub is None or any(os.path.exists(place) for place in _places(on_hub, models_dir)):
            continue
        download(on_hub, models_dir, console, hub_from(os.environ))


def remove(
    name: str,
    models_dir: Path,
    *,
    served: Iterable[str],
    agreed: Callable[[str], bool] | None,
) -> str | None:
    """Take a model away and answer its name. `agreed` is asked first; None is nobody to ask."""
    models = installed(models_dir)
    model = installed_as(name, models)
    if agreed is None:
        raise Misconfigured(model_words.say_yes(model.called))
    used = _is_named(model, served, models)
    size = None if model.link else amount(model.size())
    if not agreed(model_words.confirm_removal(model.called, size, used=used)):
        return None
    take_away(model)
    return model.called


def rows(models_dir: Path) -> list[tuple[str, ...]]:
    """What lies in the data folder, under INSTALLED_COLUMNS."""
    return [_row(model, models_dir) for model in installed(models_dir)]


def _places(name: HubName, models_dir: Path) -> tuple[str | Path, ...]:
    """Where it is looked for before it is looked for on the hub; a path may be spelled the same."""
    here = models_dir / name.local
    return str(name), models_dir / str(name), here, f"{here}{SINGLE}"


def _called(name: str, place: Path, models_dir: Path) -> str:
    """The name, and the short one where that is enough."""
    short = name_of(place, models_dir)
    return name if short in {None, name} or "/" in str(short) else f"{name} (or {short})"


def _is_named(model: Installed, names: Iterable[str], models: Iterable[Installed]) -> bool:
    for name in names:
        try:
            if installed_as(name, models) == model:
                return True
        except BadModel:
            continue
    return False


def _row(model: Installed, models_dir: Path) -> tuple[str, ...]:
    if model.source:
        origin, licence = model.source.origin, model.source.licence
    else:
        origin, licence = str(model.link or ""), ""
    if model.unfinished:
        family = model_words.UNFINISHED
    else:
        try:
            family = find(str(model.path), models_dir).card.family
        except BadModel:
            family = model_words.UNUSABLE
    name = _called(model.called, model.path, models_dir)
    return (name, family, amount(model.size()), licence or "–", origin or "–")


def _say_what_comes(coming: Download, free: int, hub: Hub, console: Console) -> None:
    listing = coming.listing
    said = [
        model_words.coming(listing.repository, listing.revision, amount(coming.size), amount(free)),
        model_words.licence(listing.licence, hub.page(listing.repository)),
    ]
    if coming.resumed:
        said.append(model_words.going_on(amount(coming.here)))
    if coming.moved:
        said.append(model_words.moved(listing.revision))
    for line in said:
        _say(line, console)


def _say(line: str, console: Console) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _telling(coming: Download, console: Console) -> Iterator[Tell]:
    """One bar over all bytes on a terminal, a line for every tenth elsewhere."""
    if not console.is_terminal:
        yield _lines(coming, console)
        return
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task(model_words.DOWNLOADING, total=coming.size, completed=coming.here)
        yield lambda file, won: bar.update(task, advance=won, description=file[-SHOWN_LETTERS:])


def _lines(coming: Download, console: Console) -> Tell:
    came, said = coming.here, coming.here * 10 // max(1, coming.size)

    def tell(_: str, won: int) -> None:
        nonlocal came, said
        came += won
        tenths = came * 10 // coming.size
        if tenths > said:
            said = tenths
            _say(model_words.downloaded(10 * tenths, amount(coming.size)), console)

    return tell
