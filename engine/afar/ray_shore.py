"""RayShore: an engine on another machine, as Ray reaches it."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from engine.afar.actor import Afar
from engine.afar.cluster import Cluster
from engine.afar.parcel import Parcel
from engine.afar.ray_trouble import reached
from engine.afar.voyage import Voyage
from engine.child.host import OpenEngine

ENGINE = Path(__file__).parents[1]
AT_A_TIME = 1000
"""Calls of one actor: what it is told must get through while it talks."""


class RayShore:
    """A Shore. It is begun in a process of its own, which ends without closing anything: all that
    was begun for it ends with it."""

    def __init__(
        self, voyage: Voyage, open_engine: OpenEngine, *, modules: Sequence[Path] = (ENGINE,)
    ) -> None:
        self._voyage = voyage
        self._open_engine = open_engine
        self._modules = modules
        self._actor: Any = None

    def begin(self) -> None:
        """Go into the cluster, and ask for the actor. Raises Away."""
        with reached():
            ray.init(
                address=self._voyage.address,
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
                    num_gpus=self._voyage.gpus,
                    num_cpus=self._voyage.cpus,
                    scheduling_strategy=NodeAffinitySchedulingStrategy(
                        self._voyage.berth.node.id, soft=False
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
        with reached():
            return int(await self._actor.greet.remote())

    async def hear(self, parcel: Parcel) -> None:
        with reached():
            await self._actor.hear.remote(*parcel)

    async def talk(self) -> AsyncIterator[Parcel]:
        with reached():
            async for promised in self._actor.talk.options(num_returns="streaming").remote():
                yield await promised

    def free(self) -> tuple[int, int]:
        return Cluster(self._voyage.address).free(self._voyage.berth.node.id)
