"""`python -m tests.engine.afar.keeper`: keeps a cluster on this machine while somebody listens.

Of each line that it reads it does what it says, and answers with one: `add ADDRESS GPUS` with the
number of the new node's process, `lose ADDRESS` with that of the one that is no more.
"""

import sys
from typing import Any

from ray.cluster_utils import Cluster

HEAD = "127.0.0.2"
USUAL: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
ATTEMPTS = 4
ALONE: dict[str, Any] = {"include_dashboard": False, "include_log_monitor": False}


def raylet(node: Any) -> int:
    (process,) = node.all_processes["raylet"]
    return int(process.process.pid)


def main() -> None:
    head = {**USUAL, **ALONE, "node_ip_address": HEAD}
    cluster = Cluster()
    nodes = {HEAD: added(cluster, head)}
    try:
        say(cluster.address)
        for line in sys.stdin:
            match line.split():
                case ["add", address, gpus]:
                    more = {"node_ip_address": address, "num_gpus": int(gpus)}
                    nodes[address] = added(cluster, {**USUAL, **more})
                    say(str(raylet(nodes[address])))
                case ["lose", address]:
                    node = nodes.pop(address)
                    say(str(raylet(node)))
                    cluster.remove_node(node, allow_graceful=False)
    finally:
        cluster.shutdown()


def added(cluster: Cluster, what: dict[str, Any]) -> Any:
    """Ray gives a node half a minute to start, which is little where others need the machine."""
    for _ in range(ATTEMPTS - 1):
        try:
            return cluster.add_node(**what)
        except Exception as error:
            sys.stderr.write(f"a node did not start: {error}\n")
    return cluster.add_node(**what)


def say(line: str) -> None:
    sys.stdout.write(f"easel {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
