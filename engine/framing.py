"""Framing: the size of a picture that begins with another one, where nobody said a size."""

from engine.card import ModelCard
from engine.request import LARGEST, SMALLEST, STEP, ImageRequest

Size = tuple[int, int]

WIDEST = 4
"""How many times as long one side may be as the other."""


def framed(request: ImageRequest, image: Size, card: ModelCard) -> ImageRequest:
    """The request with a size, where it gives neither one nor an aspect.

    An image that is only enlarged, or painted around, keeps its own size as far as it can; one
    that is painted over is cut as little as the sizes that the model likes allow.
    """
    if request.width or request.aspect:
        return request
    if request.outpaint:
        left, top, right, bottom = request.outpaint
        room = (card.largest - left - right, card.largest - top - bottom)
        width, height = _within(image, room, card.multiple)
        return request.model_copy(
            update={
                "width": _multiple(width + left + right, card.multiple),
                "height": _multiple(height + top + bottom, card.multiple),
            }
        )
    if not request.strength:
        most, step = (card.largest, card.multiple) if request.redraw else (LARGEST, STEP)
        width, height = _within(image, (most, most), step)
        return request.model_copy(update={"width": width, "height": height})
    across, down = image
    aspect = (min(across, WIDEST * down), min(down, WIDEST * across))
    return request.model_copy(update={"aspect": aspect})


def _within(image: Size, room: Size, step: int) -> Size:
    """As large as it is or as there is room, in the same shape."""
    share = min(1.0, *(most / side for most, side in zip(room, image, strict=True)))
    width, height = (max(SMALLEST, _multiple(side * share, step)) for side in image)
    return width, height


def _multiple(side: float, step: int) -> int:
    return max(step, int(side / step + 0.5) * step)
