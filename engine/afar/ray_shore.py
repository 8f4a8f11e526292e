"""RayShore: an engine on another machine, as Ray reaches it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from engine.afar.actor import Afar
from engine.afar.crossing import Crossing
from engine.afar.ferry import Away
from engine.afar.parcel import Parcel
from engine.child.host import OpenEngine

ENGINE = Path(__file__).parents[1]
AT_A_TIME = 1000
"""Calls of one actor: what it is told must get through while it talks."""


class RayShore:
    """A Shore. It is begun in a process of its own, which ends without closing anything: all that
    was begun for it ends with it."""

    def __init__(
        self, crossing: Crossing, open_engine: OpenEngine, *, modules: Sequence[Path] = (ENGINE,)
    ) -> None:
        self._crossing = crossing
        self._open_engine = open_engine
        self._modules = modules
        self._actor: Any = None

    def begin(self) -> None:
        """Go into the cluster, and ask for the actor. Raises Away."""
        with _translated():
            ray.init(
                address=self._crossing.address,
                log_to_driver=False,
                configure_logging=False,
                # Whatever the node has of Easel, it runs this very version.
                runtime_env={
                    "py_modules": [str(folder) for folder in self._modules],
                    "excludes": ["**/__pycache__/"],
                },
            )
            self._actor = (
                ray.remote(Afar)
                .options(
                    num_gpus=self._crossing.gpus,
                    num_cpus=self._crossing.cpus,
                    scheduling_strategy=NodeAffinitySchedulingStrategy(
                        self._crossing.place.node.id, soft=False
                    ),
                    # Until somebody is greeted. What was begun with one is not done again here:
                    # its jobs wait in our queue, which counts attempts.
                    max_restarts=-1,
                    max_task_retries=0,
                    max_concurrency=AT_A_TIME,
                )
                .remote(self._open_engine)
            )

    async def greet(self) -> int:
        with _translated():
            return int(await self._actor.greet.remote())

    async def hear(self, parcel: Parcel) -> None:
        with _translated():
            await self._actor.hear.remote(*parcel)

    async def talk(self) -> AsyncIterator[Parcel]:
        with _translated():
            async for promised in self._actor.talk.options(num_returns="streaming").remote():
                yield await promised

    def free(self) -> tuple[int, int]:
        from engine.afar.cluster import Cluster

        return Cluster(self._crossing.address).free(self._crossing.place.node.id)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RayError as error:
        raise Away(first_line(error)) from error
    except (OSError, RuntimeError, ValueError) as error:
        # What it raises where there is no cluster, or not one that it can join.
        raise Away(first_line(error)) from error


def first_line(error: Exception) -> str:
    """Ray explains itself at length; what helps is in the first line, or in that of its cause."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
