"""First look: what weights on the hub are, by their headers alone, before they are downloaded."""

from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

from engine.errors import BadModel
from engine.gpu.hub.hub import Hub
from engine.gpu.hub.repository import SINGLE, Listing
from engine.gpu.models.blueprint import BLUEPRINTS, INDEX, blueprints_in
from engine.gpu.models.checkpoint import recognise
from engine.gpu.models.header import Header, Malformed
from engine.gpu.models.weights import header_in

# As long as most headers are, so that one request brings all of one.
AT_ONCE = 2**18

Judge = Callable[[Path, Header], object]
"""Raises BadModel where a file of that name with that header is no whole model."""


def whole_model(file: Path, header: Header) -> object:
    """The usual judge of a model in a single file."""
    return recognise(file, header, blueprints_in(BLUEPRINTS))


def look_first(hub: Hub, listing: Listing, files: Iterable[str], judge: Judge) -> None:
    """Raises BadModel where one of the files is not what its name says, or no model alone."""
    files = list(files)
    for path in files:
        if path.endswith(SINGLE):
            header = _header(hub, listing, path)
            if INDEX not in files:
                judge(Path(path), header)


def _header(hub: Hub, listing: Listing, path: str) -> Header:
    known = b""

    def first(count: int) -> bytes:
        nonlocal known
        if len(known) < count:
            known = hub.first(listing, path, max(count, AT_ONCE))
        return known[:count]

    try:
        return header_in(PurePath(path).name, listing.files[path].size, first)
    except Malformed as error:
        raise BadModel(
            f"{path} of {listing.repository} is damaged: {error}. Take another repository."
        ) from None
