"""`python -m tests.engine.afar.near_ferry VOYAGE DESCRIPTOR`: paints here, without a cluster.

Nodes that are called after a mistake make it.
"""

import os
import sys

from engine.afar.voyage import voyage_of
from engine.child.host import serve_parent
from tests.engine.child.fake_child import open_fake

BROKEN = "broken"

if __name__ == "__main__":
    if voyage_of(sys.argv[1]).berth.node.name == BROKEN:
        os._exit(3)
    serve_parent(int(sys.argv[2]), open_fake)
