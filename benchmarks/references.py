"""References: what others reach, what the hardware allows, and what we want to reach."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Found = Mapping[str, Any]
"""By part, as the file of figures has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    what: str
    figure: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """On an H100. `part` is what measures it, `figure` finds it there."""

    what: str
    wanted: float
    unit: str
    part: str
    figure: Callable[[Any], float]
    at_most: bool = False

    def measured(self, found: Found) -> float | None:
        """None where it was not measured yet, or one side of it failed."""
        try:
            return self.figure(found[self.part])
        except KeyError:
            return None

    def is_reached(self, measured: float) -> bool:
        return measured <= self.wanted if self.at_most else measured >= self.wanted


REFERENCES = (
    Reference(
        what="SDXL 1024, 20 steps, FP8, TensorRT 10.2, H100",
        figure="2.04 images/s offline, 1.96 as a server",
        source="MLPerf inference v4.1, closed, DGX H100 (a card's share of eight)",
    ),
    Reference(
        what="SDXL 1024, 30 steps, one image, TensorRT, H100",
        figure="1471 ms (plain PyTorch 2496 ms)",
        source="stabilityai/stable-diffusion-xl-1.0-tensorrt on Hugging Face",
    ),
    Reference(
        what="SD 1.5 512, stable-fast, H100, torch 2.1",
        figure="104.6 it/s (plain 54.5, compiled 66.0)",
        source="chengzeyi/stable-fast, README",
    ),
    Reference(
        what="SDXL 1024, stable-fast, H100, torch 2.1",
        figure="21.6 it/s (plain 14.9, compiled 18.5)",
        source="chengzeyi/stable-fast, README",
    ),
    Reference(
        what="SD 1.5 512, 20 steps, OneDiff, RTX 4090",
        figure="91.0 it/s, 0.25 s end to end (plain 38.3 it/s)",
        source="siliconflow/onediff, examples, July 2024",
    ),
    Reference(
        what="SDXL 1024, 20 steps, OneDiff, RTX 4090",
        figure="14.8 it/s, 1.56 s end to end (plain 8.44 it/s)",
        source="siliconflow/onediff, examples, July 2024",
    ),
    Reference(
        what="SD3 medium 1024, 28 steps, OneDiff, H800",
        figure="24.12 it/s, 1.31 s (plain 15.56 it/s, 1.96 s)",
        source="siliconflow/onediff, examples, July 2024",
    ),
    Reference(
        what="SDXL 1024, 30 steps, compiled, A100",
        figure="2.54 s (with SDPA alone 3.31 s, float32 7.36 s)",
        source="PyTorch blog, Accelerating Generative AI III",
    ),
)
FLOORS = (
    ("SD 1.5 512, 20 steps", 43.3),
    ("SD 1.5 512, 30 steps", 63.4),
    ("SD 1.5 512, 50 steps", 103.6),
    ("SDXL 1024, 25 steps", 435.9),
    ("SDXL 1024, 30 steps", 520.5),
    ("SD3 medium 1024, 28 steps", 636.0),
)
"""Milliseconds: all arithmetic of one picture with guidance at 800 TFLOP/s."""
GOALS = (
    Goal(
        what="SD 1.5 512, 20 steps, one picture end to end",
        wanted=150,
        unit="ms",
        part="picture/sd15",
        figure=lambda found: float(found["ways"]["20"]["ours"]["ms"]),
        at_most=True,
    ),
    Goal(
        what="SDXL 1024, 30 steps, one picture end to end",
        wanted=1150,
        unit="ms",
        part="picture/sdxl",
        figure=lambda found: float(found["ways"]["30"]["ours"]["ms"]),
        at_most=True,
    ),
    Goal(
        what="SD 1.5 512, 20 steps, over plain diffusers in the same run",
        wanted=1.9,
        unit="times",
        part="picture/sd15",
        figure=lambda found: float(found["over"]["20"]["stock"]),
    ),
    Goal(
        what="SDXL 1024, 30 steps, over plain diffusers in the same run",
        wanted=1.9,
        unit="times",
        part="picture/sdxl",
        figure=lambda found: float(found["over"]["30"]["stock"]),
    ),
    Goal(
        what="the same, over one whose decoder is in sixteen bits too",
        wanted=1.9,
        unit="times",
        part="picture/sdxl",
        figure=lambda found: float(found["over"]["30"]["mended"]),
    ),
    Goal(
        what="SD 1.5 512 saturated, 20 to 50 steps mixed",
        wanted=7.4,
        unit="images/s",
        part="saturated/sd15",
        figure=lambda found: float(found["mixed"]["ips"]),
    ),
    Goal(
        what="SDXL 1024 saturated, 20 steps, sixteen bits",
        wanted=1.6,
        unit="images/s",
        part="saturated/sdxl",
        figure=lambda found: float(found["twenty"]["ips"]),
    ),
    Goal(
        what="SDXL 1024 saturated, 20 steps, FP8",
        wanted=2.04,
        unit="images/s",
        part="fp8/sdxl",
        figure=lambda found: float(found["twenty"]["ips"]),
    ),
    Goal(
        what="SD 1.5 512 at 95 % load, p95 over that of first come, first served",
        wanted=1 / 3,
        unit="times",
        part="poisson-95/sd15",
        figure=lambda found: float(found["p95_s"] / found["first_p95_s"]),
        at_most=True,
    ),
)
