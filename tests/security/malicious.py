"""Pickles that do something when they are opened, in all the ways in which weights are packed."""

import io
import os
import pickle
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ENDINGS = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".pkl")


class Evil:
    """Makes a file when it is unpacked."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


def pickles(mark: Path) -> Iterator[tuple[str, bytes]]:
    """Twenty and more, each with the name of a file that it may come as."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        evil = pickle.dumps(Evil(mark), protocol)
        yield f"plain{protocol}", evil
        yield f"zip{protocol}", _zipped({"archive/data.pkl": evil, "archive/version": b"3\n"})
        yield f"tar{protocol}", _tarred({"pickle": evil})
    script = f"cos\nmkdir\n(V{mark}\ntR.".encode()
    yield "script", script
    yield "spaced", b"(lp0\n" + script
    yield "stored", _zipped({"data.pkl": script}, zipfile.ZIP_DEFLATED)
    # A header's length first, and what torch's oldest files begin with.
    yield "length", (len(script)).to_bytes(8, "little") + script
    yield "magic", pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + script
    yield "array", b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '|O', 'shape': (1,)}".ljust(118) + script


def _zipped(files: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return written.getvalue()


def _tarred(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as packed:
        for name, content in files.items():
            told = tarfile.TarInfo(name)
            told.size = len(content)
            packed.addfile(told, io.BytesIO(content))
    return written.getvalue()
