"""Repository names and listings: what somebody asked the hub for, and what the hub has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import BadModel

SINGLE = ".safetensors"
_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_NAME = re.compile(rf"({_WORD})/({_WORD})((?:/[^/@\s,]+)*{re.escape(SINGLE)})?(?:@([\w./-]+))?")
_NEWEST = "main"
LONGEST_PART, LONGEST_PATH = 255, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class HubName:
    """A model on the hub, as `org/name`, `org/name@revision` or `org/name/file.safetensors`."""

    repository: str
    file: str | None = None
    revision: str = _NEWEST

    @property
    def local(self) -> str:
        """What it is called here. The hub allows no `--` in a name, so no two are called alike."""
        name = self.repository if self.file is None else f"{self.repository}/{self.file}"
        revision = "" if self.revision == _NEWEST else f"@{self.revision}"
        return (name.removesuffix(SINGLE) + revision).replace("/", "--")

    def __str__(self) -> str:
        """As it is typed."""
        name = self.repository if self.file is None else f"{self.repository}/{self.file}"
        return name if self.revision == _NEWEST else f"{name}@{self.revision}"


def typed(local: str) -> str:
    """How one types the model that is called so here; the other way round than `local`."""
    name, at, revision = local.replace("--", "/").partition("@")
    return f"{name}{SINGLE if name.count('/') > 1 else ''}{at}{revision}"


def hub_name(text: str) -> HubName | None:
    """What the text names on the hub, or None where it cannot be such a name."""
    found = _NAME.fullmatch(text)
    if found is None or ".." in text or "--" in text:
        return None
    owner, name, file, revision = found.groups()
    return HubName(
        repository=f"{owner}/{name}",
        file=file and file.removeprefix("/"),
        revision=revision or _NEWEST,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file on the hub. Large ones have a `sha256` there; small ones git's own `blob` digest."""

    size: int
    sha256: str | None = None
    blob: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a repository holds at one revision, which is a commit and never moves."""

    repository: str
    revision: str
    licence: str
    files: Mapping[str, RemoteFile]

    def __post_init__(self) -> None:
        for path in self.files:
            if not _stays_inside(path):
                raise BadModel(
                    f"{self.repository} lists a file that I will not write: {path[:80]!a}. "
                    "Take another repository."
                )


def _stays_inside(path: str) -> bool:
    parts = path.split("/")
    return (
        path.isprintable()
        and "\\" not in path
        and len(path) <= LONGEST_PATH
        and all(0 < len(part.encode()) <= LONGEST_PART for part in parts)
        and not {".", ".."} & set(parts)
    )
