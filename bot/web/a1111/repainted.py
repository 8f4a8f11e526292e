"""Pictures that are painted over, brought into the form that A1111's clients mean."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageStat
from PIL.PngImagePlugin import PngInfo

from bot.web.a1111.shapes import ImageToImage
from bot.web.incoming import FORMATS, broken, weight_of
from engine.errors import InvalidRequest
from engine.png import BROKEN, upright

Size = tuple[int, int]
Box = tuple[int, int, int, int]
LANCZOS = Image.Resampling.LANCZOS
NEARLY_ONE = 1e-6
"""So that a side that comes out whole but for the rounding stays whole."""
BLACK, WHITE, HALF = 0, 255, 127
STRETCH, CUT, FILL = 0, 1, 2
"""What is done where the shapes differ; a third way of theirs stretches too, in latents."""
AROUND, AS_IT_IS = 0, 1
"""What is there before it is painted anew: the colours around, or what was there."""
MOST_WORKED_ON = 2**23
"""Pixels. A larger picture is made smaller first: what is done with a mask takes several of it."""
SPREADS = (128, 32, 8, 2, 0)
"""How far colours reach into what is painted anew, the furthest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseUp:
    """The part that alone is painted, larger, and goes back into the whole afterwards."""

    whole: bytes
    mask: bytes
    box: Box

    def put_back(self, painted: bytes) -> bytes:
        """As PNG, with the recipe of what was painted."""
        whole, mask = opened(self.whole), _opened(self.mask).convert("L")
        left, top, right, bottom = self.box
        with Image.open(BytesIO(painted), formats=("PNG",)) as part:
            text = part.info.get("parameters", "")
            resized = part.convert("RGB").resize((right - left, bottom - top), LANCZOS)
        over = whole.copy()
        over.paste(resized, (left, top))
        return as_png(Image.composite(over, whole, mask), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repainted:
    """Files as the painter takes them."""

    image: bytes
    mask: bytes | None = None
    close_up: CloseUp | None = None


def repainted(
    image: bytes, mask: bytes | None, wished: ImageToImage, size: Size | None
) -> Repainted:
    """`size` is that of the new picture, where somebody said one. Raises InvalidRequest."""
    mode = STRETCH if wished.resize_mode is None else wished.resize_mode
    picture = opened(image)
    if mask is None:
        if size is None or mode == CUT or _alike(picture.size, size):
            return Repainted(image=image)
        return Repainted(image=as_png(_fitted(picture, size, mode)))
    if picture.width * picture.height > MOST_WORKED_ON:
        share = (MOST_WORKED_ON / (picture.width * picture.height)) ** 0.5
        picture = picture.resize(_times(picture.size, share), LANCZOS)
        image = as_png(picture)
    where = _mask(mask, wished).resize(picture.size)
    box = where.getbbox()
    if box is None:
        raise InvalidRequest(
            "The mask is black everywhere, so there is nothing to paint. Make it white where "
            "something new should be, or invert it."
        )
    fill = AROUND if wished.inpainting_fill is None else wished.inpainting_fill
    if fill > AS_IT_IS and wished.denoising_strength != 1:
        raise InvalidRequest(
            f"inpainting_fill {fill} begins with noise. Give a denoising_strength of 1 for that, "
            "or take inpainting_fill 0 or 1."
        )
    ground = _filled(picture, where) if fill == AROUND else picture
    # Theirs is so where nothing is said.
    if wished.inpaint_full_res is not False and size is not None:
        padding = wished.inpaint_full_res_padding or 0
        box = _widened(box, padding, size, picture.size)
        close_up = CloseUp(whole=image, mask=as_png(where), box=box)
        return Repainted(
            image=as_png(ground.crop(box).resize(size, LANCZOS)),
            mask=as_png(where.crop(box).resize(size, LANCZOS)),
            close_up=close_up,
        )
    if size is not None and mode != CUT and not _alike(picture.size, size):
        ground, where = _fitted(ground, size, mode), _fitted(where, size, mode)
    return Repainted(
        image=image if ground is picture else as_png(ground), mask=as_png(where), close_up=None
    )


def opened(file: bytes) -> Image.Image:
    """Upright, and on white where it is transparent. Raises InvalidRequest."""
    picture = _opened(file)
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    seen = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    # And not by alpha_composite, which needs three more pictures of that size.
    on_white = Image.new("RGB", seen.size, "white")
    on_white.paste(seen, mask=seen.getchannel("A"))
    return on_white


def as_png(picture: Image.Image, recipe: str = "") -> bytes:
    buffer = BytesIO()
    text = PngInfo()
    if recipe:
        text.add_itxt("parameters", recipe)
    picture.save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def _opened(file: bytes) -> Image.Image:
    """Raises InvalidRequest."""
    weight_of(file)
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as image:
            image.load()
            return upright(image)
    except (*BROKEN, Image.DecompressionBombError):
        raise broken(file) from None


def _mask(file: bytes, wished: ImageToImage) -> Image.Image:
    """White where to paint. Where some of it is transparent, what is not is painted."""
    mask = _opened(file)
    seen = mask.convert("RGBA") if mask.has_transparency_data else None
    if seen is not None and seen.getchannel("A").getextrema()[0] != WHITE:
        where = seen.getchannel("A")
    else:
        where = mask.convert("L")
    where = where.point(lambda level: WHITE if level > HALF else BLACK)
    if wished.inpainting_mask_invert:
        where = ImageChops.invert(where)
    return where.filter(ImageFilter.GaussianBlur(wished.blur)) if any(wished.blur) else where


def _alike(one: Size, other: Size) -> bool:
    """Whether the one becomes the other without a pixel being cut off."""
    return abs(one[0] / one[1] - other[0] / other[1]) * other[1] < 1


def _times(size: Size, share: float) -> Size:
    """However narrow it is, something is left."""
    across, down = (max(1, int(side * share + NEARLY_ONE)) for side in size)
    return across, down


def _fitted(picture: Image.Image, size: Size, mode: int) -> Image.Image:
    if mode != FILL:
        return picture.resize(size, LANCZOS)
    # Whole, in the middle, with its edges drawn out.
    share = min(most / side for most, side in zip(size, picture.size, strict=True))
    inside = picture.resize(_times(picture.size, share), LANCZOS)
    left, top = (size[0] - inside.width) // 2, (size[1] - inside.height) // 2
    margins = (
        (top, size[1] - inside.height - top),
        (left, size[0] - inside.width - left),
        *((0, 0),) * (len(inside.getbands()) > 1),
    )
    return Image.fromarray(np.pad(np.asarray(inside), margins, mode="edge"))


def _filled(picture: Image.Image, where: Image.Image) -> Image.Image:
    """With the colours from around it where it is painted anew."""
    kept = where.point(lambda level: BLACK if level > HALF else WHITE)
    if kept.getbbox() is None:
        return picture
    colour = tuple(round(level) for level in ImageStat.Stat(picture, kept).mean)
    spread = Image.new("RGBA", picture.size, colour)
    rest = picture.convert("RGBA")
    rest.putalpha(kept)
    # Premultiplied, or what is transparent would darken what is not.
    rest = rest.convert("RGBa")
    for reach in SPREADS:
        near = rest.filter(ImageFilter.GaussianBlur(reach)) if reach else rest
        spread.alpha_composite(near.convert("RGBA"))
    return spread.convert("RGB")


def _widened(box: Box, padding: int, size: Size, bounds: Size) -> Box:
    """With so much around it, in the shape of the new picture as far as there is room."""
    left, top, right, bottom = box
    wide, high = (
        min(most, end - start + 2 * padding)
        for start, end, most in ((left, right, bounds[0]), (top, bottom, bounds[1]))
    )
    across, down = size
    if wide * down < high * across:
        wide = min(bounds[0], max(1, round(high * across / down)))
    else:
        high = min(bounds[1], max(1, round(wide * down / across)))
    start_x = _moved((left + right - wide) // 2, wide, bounds[0])
    start_y = _moved((top + bottom - high) // 2, high, bounds[1])
    return start_x, start_y, start_x + wide, start_y + high


def _moved(start: int, length: int, most: int) -> int:
    """So that all of it is inside."""
    return min(max(0, start), most - length)
