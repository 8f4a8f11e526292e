"""Canvas: the pictures that a tile is painted on, in its own size: what is there, what is new."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from engine.errors import PaintingFailed
from engine.gpu.images.source import open_alpha, open_source
from engine.job import Recipe

# So much of the image beside what is painted around it is painted over, or a seam would show.
OVERLAP = 8
# How softly what was painted goes over into what was kept.
SOFTNESS = 4
BLACK, WHITE = 0, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """`picture` is what the painting starts from, `kept` what stays where the mask is black.

    Both are RGB, the mask is white where to paint; None where there is none.
    """

    picture: Image.Image | None = None
    kept: Image.Image | None = None
    mask: Image.Image | None = None

    def enlarged(self, width: int, height: int, picture: Image.Image | None) -> "Canvas":
        """For a pass over what was painted by now, of another size."""
        size = (width, height)
        return Canvas(
            picture=picture,
            kept=self.kept.resize(size, Image.Resampling.LANCZOS) if self.kept else None,
            mask=self.mask.resize(size, Image.Resampling.NEAREST) if self.mask else None,
        )

    def under(self, painted: Image.Image) -> Image.Image:
        """What was painted, with what was kept as it was: an autoencoder changes all a little."""
        if self.mask is None or self.kept is None:
            return painted
        soft = self.mask.filter(ImageFilter.GaussianBlur(SOFTNESS))
        # Inside the mask nothing of what was kept may shine through.
        return Image.composite(painted, self.kept, ImageChops.lighter(soft, self.mask))


def canvas_of(recipe: Recipe, sources: Mapping[str, bytes]) -> Canvas:
    """Raises PaintingFailed where a picture cannot be read, or where nothing is to be painted."""
    if recipe.image is None:
        return Canvas()
    image = sources[recipe.image]
    if recipe.keeps_image:
        whole = open_source(image, mode="RGB", width=recipe.width, height=recipe.height)
        return Canvas(picture=whole)
    margins = recipe.outpaint or (0, 0, 0, 0)
    left, top, right, bottom = margins
    width, height = recipe.width - left - right, recipe.height - top - bottom
    if min(width, height) <= 0:
        raise PaintingFailed(
            f"With {left},{top},{right},{bottom} to paint around it, nothing of "
            f"{recipe.width}x{recipe.height} is left for the image. Take a larger size or paint "
            "less around it."
        )
    picture = open_source(image, mode="RGB", width=width, height=height)
    mask = None
    if recipe.mask is not None:
        own = recipe.mask == recipe.image
        mask = _mask(sources[recipe.mask], own=own, width=width, height=height)
    if any(margins):
        mask = mask or Image.new("L", picture.size, BLACK)
        picture, mask = _around(picture, margins), _mask_around(mask, margins)
    if mask is not None and not mask.point(lambda level: WHITE if level > 127 else 0).getbbox():
        raise PaintingFailed(
            "Nothing in the mask is white, so there is nothing to paint. Make it white where "
            "something new should be."
        )
    return Canvas(picture=picture, kept=picture if mask else None, mask=mask)


def _mask(file: bytes, *, own: bool, width: int, height: int) -> Image.Image:
    """Where a mask is transparent, or white if it is not transparent anywhere."""
    alpha = open_alpha(file, width=width, height=height)
    if alpha is not None:
        return ImageChops.invert(alpha)
    if own:
        raise PaintingFailed(
            "Nothing of that image is transparent, so it says not where to paint. Give a mask, or "
            "erase a part of the image."
        )
    return open_source(file, mode="L", width=width, height=height)


def _around(picture: Image.Image, margins: tuple[int, int, int, int]) -> Image.Image:
    """With its own edges drawn out, softly: the colours that a painting goes on from best."""
    left, top, right, bottom = margins
    pixels = np.pad(np.asarray(picture), ((top, bottom), (left, right), (0, 0)), mode="edge")
    wide = Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(max(margins) / 4))
    wide.paste(picture, (left, top))
    return wide


def _mask_around(mask: Image.Image, margins: tuple[int, int, int, int]) -> Image.Image:
    left, top, right, bottom = margins
    width, height = mask.size
    wide = Image.new("L", (width + left + right, height + top + bottom), WHITE)
    first, second = (OVERLAP if margin else 0 for margin in (left, top))
    # A picture may be narrower than what is painted over of it.
    inside = (
        first,
        second,
        max(first, width - (OVERLAP if right else 0)),
        max(second, height - (OVERLAP if bottom else 0)),
    )
    wide.paste(mask.crop(inside), (left + first, top + second))
    return wide
