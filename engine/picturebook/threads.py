"""How many threads a training may use while other work goes on."""

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")


class SpareCores:
    """One thread while others keep a core busy, all of them otherwise.

    Two programs that each use all cores slow each other tenfold, waiting for one another.
    """

    def __init__(self) -> None:
        self._last = self._read()
        self._count = 1

    def _read(self) -> tuple[float, float, float]:
        """Busy seconds of all cores and of this process, and the time; zeros outside Linux."""
        if not STAT.exists():
            return 0.0, 0.0, 0.0
        fields = [int(number) for number in STAT.read_text().splitlines()[0].split()[1:9]]
        busy = (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")
        mine = os.times()
        return busy, mine.user + mine.system, time.monotonic()

    def count(self) -> int:
        """As of the last second or more; a shorter look says little."""
        now = self._read()
        seconds = now[2] - self._last[2]
        if seconds > 1:
            others = ((now[0] - self._last[0]) - (now[1] - self._last[1])) / seconds
            self._count = 1 if others > 0.35 else os.cpu_count() or 1
            self._last = now
        return self._count
