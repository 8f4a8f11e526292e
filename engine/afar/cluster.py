"""Cluster: what its head answers to one who only asks, and takes no part in it."""

import json
import logging
import platform
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import ray
from ray._raylet import GcsClient  # type: ignore[attr-defined]  # its stub leaves it out
from ray.exceptions import AuthenticationError

from engine.afar.ferry import Away
from engine.afar.node import Node
from engine.afar.ray_trouble import reached
from engine.errors import Misconfigured, Unavailable

ANSWERS_WITHIN_S = 10
ALIVE = 0

log = logging.getLogger(__name__)


class Cluster:
    """By the address of its head. Ray's usual way to ask ends the process that asks where the head
    was begun anew, so this is the one below."""

    def __init__(self, address: str) -> None:
        self._address = address
        with self._translated():
            self._head = GcsClient(address=address)

    def nodes(self) -> tuple[Node, ...]:
        """Those that are there. Raises Away."""
        with self._translated():
            found = self._head.get_all_node_info(timeout=ANSWERS_WITHIN_S)
        return tuple(
            Node(
                id=number.hex(),
                name=node.node_name or node.node_manager_address,
                address=node.node_manager_address,
                gpus=int(node.resources_total.get("GPU", 0)),
                cpus=int(node.resources_total.get("CPU", 0)),
            )
            for number, node in found.items()
            if node.state == ALIVE
        )

    def free(self, node: str) -> tuple[int, int]:
        """How many cards and processors of that node nobody has now. Raises Away."""
        with self._translated():
            told = self._head.get_all_resource_usage(timeout=ANSWERS_WITHIN_S)
        for usage in told.resource_usage_data.batch:
            if usage.node_id.hex() == node:
                free = usage.resources_available
                return int(free.get("GPU", 0)), int(free.get("CPU", 0))
        raise Away("that node is gone")

    def require_same_versions(self) -> None:
        """Raises Misconfigured, Away."""
        with self._translated():
            told = self._head.internal_kv_get(
                b"CLUSTER_METADATA", b"cluster", timeout=ANSWERS_WITHIN_S
            )
        theirs = json.loads(told or b"{}")
        ours = {"ray_version": ray.__version__, "python_version": platform.python_version()}
        refuse_other_versions(ours, theirs)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with reached():
            try:
                yield
            except AuthenticationError as error:
                raise Misconfigured(
                    "The Ray cluster at {address} does not take our token. Give Easel the token "
                    "that its head was started with, by RAY_AUTH_TOKEN_PATH.",
                    address=self._address,
                ) from error


def refuse_other_versions(ours: dict[str, str], theirs: dict[str, str]) -> None:
    """Ray itself and Python as far as the minor one must agree. Raises Misconfigured."""
    for name, key, parts in (("Ray", "ray_version", 3), ("Python", "python_version", 2)):
        here, there = ours[key], str(theirs.get(key, "unknown"))
        if here.split(".")[:parts] != there.split(".")[:parts]:
            raise Misconfigured(
                "The cluster has {name} {there}, and Easel here has {here}. They have to be the "
                "same on all machines.",
                name=name,
                there=there,
                here=here,
            )


def require_somebody(address: str) -> None:
    """Raises Unavailable where nothing listens; asking Ray itself takes most of a minute."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWERS_WITHIN_S):
            pass
    except OSError as error:
        raise Unavailable(
            "There is no Ray cluster at {address}: {why}. Start its head with deploy/ray/head, "
            "or say by EASEL_RAY_ADDRESS where it is.",
            address=address,
            why=error.strerror or type(error).__name__,
        ) from error


def lets_everybody_in(address: str) -> bool:
    """Whether that cluster answers one who has no token. Call it in a process without one.

    Raises Away.
    """
    with reached():
        try:
            GcsClient(address=address).internal_kv_keys(b"", b"cluster", timeout=ANSWERS_WITHIN_S)
        except AuthenticationError:
            return False
    return True
