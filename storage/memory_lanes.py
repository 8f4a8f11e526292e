"""The queue's virtual time in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from engine.job import UNFINISHED, Job
from engine.tally import Move, Tally


class MemoryLanes:
    """As `storage.lanes` keeps it, beside these jobs."""

    def __init__(self, jobs: dict[str, Job]) -> None:
        self._jobs = jobs
        self._clocks: dict[int, int] = {}
        self.tallies: dict[str, Tally] = {}

    def keep(self, tally: Tally | None) -> None:
        if tally is None:
            return
        before = self.tallies.get(tally.owner, tally)
        further = before.tier == tally.tier and before.finish > tally.finish
        served = [moment for moment in (before.served, tally.served) if moment is not None]
        self.tallies[tally.owner] = replace(
            tally,
            finish=before.finish if further else tally.finish,
            served=max(served, default=None),
        )
        self._clocks[tally.tier] = max(self._clocks.get(tally.tier, tally.clock), tally.clock)

    def move(self, move: Move) -> None:
        for job in self._of({move.owner}):
            if job.tier == move.before:
                self._jobs[job.id] = replace(job, tier=move.after, clock=job.clock + move.ahead)

    def known(self) -> tuple[Mapping[int, int], Sequence[Tally]]:
        tallies = [
            replace(tally, clock=self._clocks[tally.tier])
            for _, tally in sorted(self.tallies.items())
        ]
        waiting = {job.owner.id for job in self._of(self.tallies)}
        owing = [tally for tally in tallies if tally.owner in waiting or tally.finish > tally.clock]
        return dict(self._clocks), owing

    def _of(self, owners: Collection[str]) -> list[Job]:
        jobs = self._jobs.values()
        return [job for job in jobs if job.owner.id in owners and job.status in UNFINISHED]
