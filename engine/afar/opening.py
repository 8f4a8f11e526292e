"""Opens the engine of a node, and says what the node lacks for it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from engine.afar.node import CUDA
from engine.child.host import Engine, OpenEngine
from engine.child.opening import open_engine
from engine.child.orders import Orders
from engine.errors import Misconfigured

LACKS = "The node has no {package}. Set Easel up there, and begin the node with its Python."
BLIND = "PyTorch sees no card on the node. Its driver and a build for CUDA have to be there."


@asynccontextmanager
async def open_on_node(
    orders: Orders, *, open_engine: OpenEngine = open_engine
) -> AsyncIterator[Engine]:
    """Raises Misconfigured, of which BadModel is one kind."""
    try:
        from engine.gpu.device import cards
    except ImportError as error:
        raise Misconfigured(LACKS, package=error.name or "PyTorch") from error
    if orders.device == CUDA and not cards():
        raise Misconfigured(BLIND)
    async with AsyncExitStack() as stack:
        try:
            engine = await stack.enter_async_context(open_engine(orders))
        except ImportError as error:
            raise Misconfigured(LACKS, package=error.name or "package") from error
        yield engine
