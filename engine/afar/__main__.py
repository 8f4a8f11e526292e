"""`python -m engine.afar VOYAGE DESCRIPTOR`: a ferry between that node and that socket."""

import sys

from engine.afar.opening import open_on_node
from engine.afar.serving import serve_ferry

if __name__ == "__main__":
    serve_ferry(sys.argv[1], int(sys.argv[2]), open_on_node)
