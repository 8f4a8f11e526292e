"""Finds models on the disk by name or path, without loading them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.card import ModelCard
from engine.errors import BadModel
from engine.gpu.hub.repository import SINGLE, hub_name
from engine.gpu.models.blueprint import BLUEPRINTS, INDEX, blueprints_in
from engine.gpu.models.checkpoint import PREDICTIONS, Checkpoint, recognise
from engine.gpu.models.description import PREDICTION, checkpoint_card, folder_card, wishes_in
from engine.gpu.models.weights import PICKLE_ENDINGS, header_of
from engine.nearest import did_you_mean

BUILT_IN = "picturebook"
BUILT_IN_FOLDER = Path(__file__).parents[2] / "picturebook" / "weights"
# What card.json is to a folder. Other programs keep theirs in NAME.json, with other things in it.
WISHES = ".card.json"
SOURCE = "source.json"
# Between owner and name in what the hub's models are called here.
BETWEEN = "--"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that can be loaded. Of a checkpoint, `folder` is the file itself."""

    card: ModelCard
    folder: Path
    checkpoint: Checkpoint | None = None


def names(models_dir: Path) -> list[str]:
    """Every model that can be asked for by name, the built-in one first."""
    return [BUILT_IN, *_listed(models_dir)]


def name_of(place: Path, models_dir: Path) -> str | None:
    """The shortest by which the model that lies there can be asked for."""
    return {path: name for name, path in _listed(models_dir).items()}.get(place.absolute())


def find(name: str, models_dir: Path, blueprints: Path = BLUEPRINTS) -> Model:
    """Raises BadModel where there is none of that name or path, or where it cannot be used.

    A model of the hub goes by org/name, by name alone, and by what its folder is called.
    """
    if name == BUILT_IN:
        return Model(card=folder_card(BUILT_IN_FOLDER, BUILT_IN), folder=BUILT_IN_FOLDER)
    listed = _listed(models_dir)
    place = listed.get(name) or _place(name, models_dir)
    called = {path: short for short, path in listed.items()}.get(place, _stem(place))
    if place.is_dir():
        folder = place.resolve()
        return Model(card=folder_card(folder, called), folder=folder)
    wishes = wishes_in(place.with_name(f"{_stem(place)}{WISHES}"), called, PREDICTION)
    prediction = PREDICTIONS.get(str(wishes.get(PREDICTION)))
    checkpoint = recognise(place, header_of(place), blueprints_in(blueprints), prediction)
    card = checkpoint_card(checkpoint, called, wishes)
    return Model(card=card, folder=place, checkpoint=checkpoint)


def _listed(models_dir: Path) -> Mapping[str, Path]:
    """The models in the folder by name; those of the hub without their owners where that tells."""
    full: dict[str, Path] = {}
    for path in sorted(models_dir.glob("*")):
        if not path.name.startswith(".") and _is_model(path) and path.name != BUILT_IN:
            full.setdefault(_full_name(path), path.absolute())
    short = Counter(_short(name) for name in full)
    taken = {BUILT_IN, *(name for name, count in short.items() if count > 1)}
    return {name if _short(name) in taken else _short(name): path for name, path in full.items()}


def _place(name: str, models_dir: Path) -> Path:
    """The folder with an index, or the file. Raises BadModel."""
    on_hub = hub_name(name)
    path = _path(name)
    stems = [name, on_hub.local] if on_hub else [name]
    endings = ("", SINGLE, *sorted(PICKLE_ENDINGS))
    candidates = [models_dir / f"{stem}{ending}" for stem in stems for ending in endings]
    try:
        for candidate in [*candidates, path]:
            if (candidate / INDEX).is_file() or candidate.is_file():
                return candidate.absolute()
        if path.is_dir():
            return _only_file(path)
    except OSError:  # the name is longer than any name can be
        pass
    if on_hub:
        raise BadModel(
            f"I have no model “{on_hub}” yet. Get it from the hub with: easel models add {on_hub}"
        )
    raise BadModel(
        f"I have no model “{name}”. {did_you_mean(name, names(models_dir))} "
        f"More models go into {models_dir}, each as a folder of its own or as one .safetensors."
    )


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # nobody of that name has a home here
        return Path(name)


def _only_file(folder: Path) -> Path:
    files = sorted(folder.glob(f"*{SINGLE}"))
    if not files:
        raise BadModel(f"{folder} has no {INDEX}. Name the folder that has one.")
    if len(files) > 1:
        raise BadModel(f"{folder} has no {INDEX}, and several {SINGLE} files. Name one: {files[0]}")
    return files[0].absolute()


def _is_model(path: Path) -> bool:
    return (path / INDEX).is_file() or (path.suffix == SINGLE and path.is_file())


def _full_name(path: Path) -> str:
    """With a slash for each pair of dashes where it came from the hub."""
    stem = _stem(path)
    source = path / SOURCE if path.is_dir() else path.with_name(f"{stem}.{SOURCE}")
    return stem.replace(BETWEEN, "/") if source.is_file() else stem


def _short(name: str) -> str:
    return name.rpartition("/")[2].partition("@")[0] if "/" in name else name


def _stem(path: Path) -> str:
    return path.name.removesuffix(SINGLE)
