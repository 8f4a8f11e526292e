"""Parts: a network as its deep part, and what is around that."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from torch import Tensor
from torch.utils.hooks import RemovableHandle


class Parts(ABC):
    """One forward of a network. It is called as the network itself is, and answers the same.

    With `deep` it takes that in place of its deep part; without it makes it, and leaves it there.
    """

    def __init__(self, network: Any, deep: Tensor | None) -> None:
        self.deep = deep
        self._network = network

    @staticmethod
    @abstractmethod
    def are_in(network: Any) -> bool:
        """Whether this one can be taken apart so."""

    @abstractmethod
    def inside(self) -> AbstractContextManager[Any]:
        """The network, all of which is asked then: only what is deep is exchanged on the way.

        For one whose weights come to the card in its own order.
        """


@contextmanager
def hooked(*handles: RemovableHandle) -> Iterator[None]:
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
