"""What the stand-in holds: repositories, their branches, and their files at every commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

LARGE = (".safetensors", ".bin", ".ckpt")


@dataclass
class Repository:
    """Every commit is a whole set of files; a branch or a tag is a name for a commit."""

    licence: str = "mit"
    gated: bool = False
    commits: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def commit(self, files: Mapping[str, bytes], branch: str = "main") -> str:
        """A new commit, and the branch moved to it."""
        blobs = {path: described(path, content)["blobId"] for path, content in files.items()}
        revision = sha1(f"{len(self.commits)} {sorted(blobs.items())}".encode()).hexdigest()
        self.commits[revision] = files
        self.branches[branch] = revision
        return revision

    def commit_of(self, name: str) -> str | None:
        """The commit that a branch, a tag or a commit's own name stands for."""
        return self.branches.get(name) or (name if name in self.commits else None)


def described(path: str, content: bytes) -> dict[str, Any]:
    """A file as the hub lists it."""
    blob = sha1(b"blob %d\0" % len(content) + content).hexdigest()
    listed: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": blob}
    if path.endswith(LARGE):
        digest = sha256(content).hexdigest()
        listed["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 130}
    return listed


def files_in(folder: Path) -> dict[str, bytes]:
    """All files of a folder by their names in it."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
