"""Worker: what the ledger calls this program, and whether such a one still runs."""

import os
import socket
from pathlib import Path

import psutil

NUMBERED_IN = Path("/proc/self/ns/pid")
"""Containers may share a name, and number their programs each for itself."""


def this_worker() -> str:
    return f"{_here()}:{os.getpid()}"


def is_gone(worker: str) -> bool:
    """True where it was a program of this machine and there is none of that number any more.

    Of others nobody knows: their leases run out.
    """
    here, _, number = worker.rpartition(":")
    return here == _here() and number.isdigit() and not psutil.pid_exists(int(number))


def _here() -> str:
    try:
        numbered = f"/{NUMBERED_IN.stat().st_ino}"
    except OSError:
        numbered = ""
    return f"{socket.gethostname()}{numbered}"
