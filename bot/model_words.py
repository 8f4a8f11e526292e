"""What people read about models: which there are, how they fit, how they come and go."""

from engine.card import ModelCard

GIB = 2**30
MODEL_COLUMNS = ("model", "family", "size", "steps", "guidance", "sampler")
INSTALLED_COLUMNS = ("in the data folder", "family", "room", "licence", "from")
UNFINISHED = "unfinished"
UNUSABLE = "unusable"
DOWNLOADING = "Downloading"
NO_FIT = "Take a smaller model, or a card with more memory."
NOT_REMOVED = "Nothing was taken away."


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
