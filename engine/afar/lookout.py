"""Lookout: tells its parent, line by line, which nodes a cluster has.

`python -m engine.afar.lookout ADDRESS` first makes sure that the cluster may be used at all.
`python -m engine.afar.lookout --without-token ADDRESS` only says whether it answers strangers.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

from engine.afar.cluster import Cluster, lets_everybody_in, require_somebody
from engine.afar.ferry import Away
from engine.afar.node import told
from engine.afar.token import without_token
from engine.child.mishap import mishap_of
from engine.errors import EaselError, Misconfigured, Unavailable

EVERY_S = 1.0
STRANGER = "--without-token"
LET_IN, TURNED_AWAY, UNKNOWN = 0, 3, 4
OPEN = (
    "The Ray cluster at {address} does what anybody asks of it: it was started without a token. "
    "Start all of it anew with deploy/ray/head and deploy/ray/worker."
)


def main(arguments: list[str]) -> int:
    match arguments:
        case [word, address] if word == STRANGER:
            return _ask_as_a_stranger(address)
        case [address]:
            return _watch(address, sys.stdout.write)
    raise SystemExit(__doc__)


def _ask_as_a_stranger(address: str) -> int:
    try:
        return LET_IN if lets_everybody_in(address) else TURNED_AWAY
    except Away:
        return UNKNOWN


def _watch(address: str, write: Callable[[str], object]) -> int:
    try:
        require_somebody(address)
        _require_a_closed_door(address)
        cluster = Cluster(address)
        cluster.require_same_versions()
        while True:
            write(told(cluster.nodes()) + "\n")
            sys.stdout.flush()
            time.sleep(EVERY_S)
    except Away as error:
        away = Unavailable(
            "The Ray cluster at {address} does not answer: {why}", address=address, why=str(error)
        )
        return _say(away, write)
    except EaselError as error:
        return _say(error, write)
    except Exception as error:
        # What it prints is read by nobody.
        bug = Unavailable(
            "Who looks after the Ray cluster at {address} met a bug, {kind}, and has ended.",
            address=address,
            kind=type(error).__name__,
        )
        return _say(bug, write)


def _say(error: EaselError, write: Callable[[str], object]) -> int:
    write(json.dumps(asdict(mishap_of(error))) + "\n")
    sys.stdout.flush()
    return 1


def _require_a_closed_door(address: str) -> None:
    """Raises Misconfigured where whoever reaches the cluster may use it, and Away."""
    stranger = subprocess.run(
        (sys.executable, "-P", "-m", "engine.afar.lookout", STRANGER, address),
        env=without_token(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if stranger.returncode == LET_IN:
        raise Misconfigured(OPEN, address=address)
    if stranger.returncode != TURNED_AWAY:
        raise Away("nobody knows whether it asks for a token")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
