"""The audit: asks whether any package that is installed is known to be vulnerable.

`python -m tests.security.audit` ends with 0 where all were looked up and none is, with 1 where one
is, and with 3 where they could not all be looked up: nobody may take that for a yes.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.security.pinned import EXTRAS_LOCK, LOCK, Pinned, here

CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 3
PATIENCE_S = 600
SHOWN = 3
WHO_ASKS = ("-s", "pypi", "--format", "json", "--progress-spinner", "off", "--timeout", "20")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Names of packages: what is known of them, and which nobody answered for."""

    vulnerable: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    looked_up: int = 0
    why: str = field(default="")

    @property
    def code(self) -> int:
        if self.vulnerable:
            return VULNERABLE
        return NOT_AUDITED if self.unknown or self.why or not self.looked_up else CLEAN

    def __str__(self) -> str:
        told = [f"{one}. Take a version that mends it, and lock again." for one in self.vulnerable]
        if self.unknown:
            more = f" and {len(self.unknown) - SHOWN} more" if len(self.unknown) > SHOWN else ""
            first = ", ".join(self.unknown[:SHOWN])
            told.append(f"Not audited: nobody answered for {first}{more}.")
        if self.why:
            told.append(f"Not audited: {self.why}")
        if self.code == CLEAN:
            told.append(f"{self.looked_up} packages looked up, none is known to be vulnerable.")
        return "\n".join(told)


def audit_of(answers: Sequence[dict[str, Any]], packages: Sequence[Pinned]) -> Audit:
    """What pip-audit found, package by package. What it left out was not audited."""
    found: dict[str, Any] = {
        str(one["name"]).lower(): one for answer in answers for one in answer["dependencies"]
    }
    # It asks for what a machine such as this one has, and says nothing of the others.
    asked = [one.name for one in packages if one.name in found or not one.where]
    unknown = [name for name in asked if "vulns" not in found.get(name, {})]
    vulnerable = [
        f"{name} {one['version']} has {', '.join(str(known['id']) for known in one['vulns'])}"
        for name, one in found.items()
        if one.get("vulns")
    ]
    return Audit(
        vulnerable=tuple(vulnerable),
        unknown=tuple(unknown),
        looked_up=len(asked) - len(unknown),
    )


def audit() -> Audit:
    """Asks the index's own service. A machine without a network is told so, and not let pass."""
    if find_spec("pip_audit") is None:
        return Audit(why="pip-audit is not installed. Take it into the lock's test group.")
    packages = here()
    with TemporaryDirectory() as folder:
        more = Path(folder) / "torch.txt"
        torch = [one for one in packages if not one.digests]
        more.write_text("".join(f"{one.name}=={one.version}\n" for one in torch), "utf-8")
        try:
            answers = [
                _asked("--requirement", str(LOCK), "--require-hashes", "--disable-pip"),
                _asked("--requirement", str(EXTRAS_LOCK), "--require-hashes", "--disable-pip"),
                _asked("--requirement", str(more), "--no-deps", "--disable-pip"),
            ]
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            return Audit(why=f"pip-audit did not come to an end: {str(error)[:300]}")
    return audit_of(answers, packages)


def _asked(*arguments: str) -> dict[str, Any]:
    """Raises ValueError where it answered nothing that can be read."""
    command = (sys.executable, "-m", "pip_audit", *WHO_ASKS, *arguments)
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    try:
        told = json.loads(answer.stdout)
    except ValueError:
        last = answer.stderr.strip().rpartition("\n")[2]
        raise ValueError(last or f"it ended with {answer.returncode}") from None
    if not isinstance(told, dict) or "dependencies" not in told:
        raise ValueError("it answered in another form than before")
    return told


if __name__ == "__main__":
    result = audit()
    sys.stdout.write(f"{result}\n")
    sys.exit(result.code)
