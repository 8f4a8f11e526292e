"""What can be measured on a picture alone: its background, and the objects before it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage  # type: ignore[import-untyped]  # scipy brings no types

from engine.picturebook.world import SIDE

Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]

GRID = 40
SPECK = 60
BORDER = 5
# Of all channels the most that two pixels differ by: clearly apart, and barely apart.
CLEARLY, BARELY = 24.0, 10.0
# The world's own backgrounds fade by 33 at most from top to foot; skies and grounds fade by more.
MOST_FADE = 60.0
CROSS = ndimage.generate_binary_structure(2, 1)
EIGHT_NEIGHBOURS = np.ones((3, 3), np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One object cut out: outline and colours on a square grid, and its true extent in pixels."""

    mask: Mask
    pixels: Pixels
    width: int
    height: int

    @property
    def edge(self) -> int:
        """How many squares of the grid the outline runs through."""
        return int((self.mask & ~ndimage.binary_erosion(self.mask)).sum())

    def softened(self) -> Pixels:
        """Its colours without what is small in them."""
        soft: Pixels = ndimage.gaussian_filter(self.pixels, (1.5, 1.5, 0))
        return soft


def as_pixels(picture: Image.Image) -> Pixels:
    rgb = picture.convert("RGB")
    if rgb.size != (SIDE, SIDE):
        rgb = rgb.resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(rgb, np.float32)


def backdrop_of(pixels: Pixels) -> Pixels:
    """The colour of every row as the left and right border have it, as one straight fade."""
    height = np.arange(len(pixels), dtype=np.float32)
    rows = np.median(_border(pixels), axis=1)
    start, slope = np.polynomial.polynomial.polyfit(height, rows, 1)
    fade: Pixels = (start + height[:, None] * slope).astype(np.float32)
    return fade


def is_plain(pixels: Pixels, backdrop: Pixels) -> bool:
    """Whether the border is that fade and nothing else: no landscape, no noise, no pattern."""
    fade = np.abs(backdrop[-1] - backdrop[0]).max()
    return bool(fade < MOST_FADE and _border_within(CLEARLY, pixels, backdrop) > 0.9)


def _border_within(least: float, pixels: Pixels, backdrop: Pixels) -> float:
    fits = _apart(_border(pixels), backdrop) <= least
    return float(fits.mean())


def _apart(pixels: Pixels, backdrop: Pixels) -> Pixels:
    """Of all channels the most that each pixel differs by from the backdrop of its row."""
    red, green, blue = np.moveaxis(np.abs(pixels - backdrop[:, None]), -1, 0)
    most: Pixels = np.maximum(np.maximum(red, green), blue)
    return most


def _border(pixels: Pixels) -> Pixels:
    sides: Pixels = np.concatenate([pixels[:, :BORDER], pixels[:, -BORDER:]], axis=1)
    return sides


def silhouettes(pixels: Pixels, backdrop: Pixels, least: float = CLEARLY) -> Mask:
    """All that stands out; outlines are closed, so what they enclose belongs to the object."""
    return np.asarray(ndimage.binary_fill_holes(_apart(pixels, backdrop) > least))


def readings(pixels: Pixels, backdrop: Pixels) -> Iterator[list[Thing]]:
    """Every way to tell the objects apart: parts of one may lie apart, and two may touch.

    Faint parts count where the background is clean; on a stained one they are stains.
    """
    clean = _border_within(BARELY, pixels, backdrop) > 0.98
    for least in (CLEARLY, BARELY) if clean else (CLEARLY,):
        mask = silhouettes(pixels, backdrop, least)
        glued = ndimage.binary_fill_holes(ndimage.binary_closing(mask, CROSS, iterations=2))
        for whole in (mask, glued):
            for parts in (_parts(whole), _cut_apart(whole)):
                yield [cut_out(pixels, part) for part in _large([part & mask for part in parts])]


def _parts(mask: Mask) -> list[Mask]:
    labels, count = ndimage.label(mask, EIGHT_NEIGHBOURS)
    return [labels == number for number in range(1, count + 1)]


def _cut_apart(mask: Mask) -> list[Mask]:
    """The parts that are left where every narrow bridge is cut, grown back to their full size."""
    labels, count = ndimage.label(ndimage.binary_erosion(mask, CROSS, iterations=2))
    if count < 2:
        return [mask] * count
    rows, columns = ndimage.distance_transform_edt(
        labels == 0, return_distances=False, return_indices=True
    )
    owner = np.where(mask, labels[rows, columns], 0)
    return [owner == number for number in range(1, count + 1)]


def _large(parts: list[Mask]) -> list[Mask]:
    """Without specks and strings, the largest first."""
    by_area = sorted(parts, key=np.count_nonzero, reverse=True)
    least = max(SPECK, 0.3 * np.count_nonzero(by_area[0])) if by_area else 0
    return [part for part in by_area if np.count_nonzero(part) >= least]


def cut_out(pixels: Pixels, mask: Mask) -> Thing:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    colours = np.asarray(_on_grid(pixels.round().astype(np.uint8), box), np.float32)
    return Thing(
        mask=_on_grid(mask.astype(np.uint8) * 255, box) > 127,
        pixels=colours,
        width=box[2] - box[0],
        height=box[3] - box[1],
    )


def _on_grid(values: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    scaled = Image.fromarray(values).resize((GRID, GRID), Image.Resampling.BILINEAR, box=box)
    return np.asarray(scaled)
