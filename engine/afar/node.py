"""Nodes of a cluster, and the berths on them where somebody can paint."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address, ip_network

CPU, CUDA = "cpu", "cuda:0"
"""Whoever is given a card there sees no other, so it is the first."""
PRIVATE = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
            # What reaches no further than a link, or than the machine itself.
            *("169.254.0.0/16", "fe80::/10", "127.0.0.0/8", "::1/128"),
        ),
    )
)
"""deploy/ray/ready has the same ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A machine as the cluster knows it. `gpus` and `cpus` are all that it gives, free or not."""

    id: str
    name: str
    address: str
    gpus: int
    cpus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Berth:
    """Room for one painter, by its number on that node."""

    node: Node
    number: int
    device: str

    @property
    def name(self) -> str:
        """What people call who paints there."""
        return f"{self.node.name}-{self.number}" if self.node.gpus > 1 else self.node.name


def berths_on(nodes: Collection[Node], device: str) -> Sequence[Berth]:
    """One for each card, or for each machine that gives processors where there is to be no card."""
    return [
        Berth(node=node, number=number, device=CPU if device == CPU else CUDA)
        for node in sorted(nodes, key=lambda node: (node.name, node.id))
        for number in range(1, _room(node, device) + 1)
    ]


def _room(node: Node, device: str) -> int:
    return min(1, node.cpus) if device == CPU else node.gpus


def is_private(address: str) -> bool:
    """Whether nobody out in the internet reaches it. One that is no address is not known to be."""
    try:
        # What a zone says of a link is for this machine alone.
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(found in network for network in PRIVATE)


def told(nodes: Collection[Node]) -> str:
    """As one line."""
    return json.dumps([asdict(node) for node in nodes])


def read(line: str | bytes) -> tuple[Node, ...]:
    """What `told` wrote. Raises ValueError."""
    try:
        return tuple(Node(**node) for node in json.loads(line))
    except TypeError as error:
        raise ValueError("these are no nodes") from error
