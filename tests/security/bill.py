"""The bill of materials: what Easel is made of, as CycloneDX has it. `… bill FILE` writes it."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.version import version
from tests.security.pinned import Pinned, here

FORMAT, SPECIFICATION = "CycloneDX", "1.6"


def bill_of(packages: Sequence[Pinned], easel: str, now: datetime) -> dict[str, Any]:
    """The same packages make the same serial number."""
    parts = [_component(package) for package in packages]
    itself = {
        "type": "application",
        "bom-ref": "easel",
        "name": "easel",
        "version": easel,
        "licenses": [{"license": {"id": "MIT"}}],
    }
    serial = uuid5(NAMESPACE_URL, json.dumps([easel, parts]))
    return {
        "bomFormat": FORMAT,
        "specVersion": SPECIFICATION,
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"timestamp": now.isoformat(timespec="seconds"), "component": itself},
        "components": parts,
        "dependencies": [
            {"ref": "easel", "dependsOn": [part["bom-ref"] for part in parts]},
            *({"ref": part["bom-ref"]} for part in parts),
        ],
    }


def write_bill(file: Path) -> int:
    """How many packages are on it."""
    packages = here()
    file.parent.mkdir(parents=True, exist_ok=True)
    told = bill_of(packages, version(), datetime.now(UTC))
    file.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return len(packages)


def _component(package: Pinned) -> dict[str, Any]:
    address = f"pkg:pypi/{package.name}@{package.version.replace('+', '%2B')}"
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": address,
        "name": package.name,
        "version": package.version,
        "purl": address,
    }
    if package.extra:
        told["scope"] = "optional"
    if package.digests:
        # Each is of one of the files that the package comes as, on one kind of machine or another.
        digests = [{"alg": "SHA-256", "content": digest} for digest in package.digests]
        told["externalReferences"] = [
            {"type": "distribution", "url": address, "hashes": [digest]} for digest in digests
        ]
    if package.where:
        told["properties"] = [{"name": "easel:where", "value": package.where}]
    return told


if __name__ == "__main__":
    count = write_bill(Path(sys.argv[1]))
    sys.stdout.write(f"{count} packages are on {sys.argv[1]}.\n")
