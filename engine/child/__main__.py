"""`python -m engine.child DESCRIPTOR`: paints for the process at the other end of that socket."""

import sys

from engine.child.host import serve_parent
from engine.child.opening import open_engine

if __name__ == "__main__":
    serve_parent(int(sys.argv[1]), open_engine)
