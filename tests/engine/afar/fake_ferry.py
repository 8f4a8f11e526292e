"""`python -m tests.engine.afar.fake_ferry VOYAGE DESCRIPTOR`: to nodes without torch."""

import sys

from engine.afar.serving import serve_ferry
from tests.engine.child.fake_child import open_fake

if __name__ == "__main__":
    serve_ferry(sys.argv[1], int(sys.argv[2]), open_fake)
