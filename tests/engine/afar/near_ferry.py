"""`python -m tests.engine.afar.near_ferry CROSSING DESCRIPTOR`: paints here, without a cluster.

Nodes that are called after a mistake make it.
"""

import os
import sys

from engine.afar.crossing import crossing_of
from engine.child.host import serve_parent
from tests.engine.child.fake_child import open_fake

BROKEN = "broken"

if __name__ == "__main__":
    if crossing_of(sys.argv[1]).place.node.name == BROKEN:
        os._exit(3)
    serve_parent(int(sys.argv[2]), open_fake)
