"""How far pictures of the same jobs are from each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

# Of the full range, over all values of a picture. A value that lies on the edge between two levels
# is rounded up or down by the last bit of a sum, so single values may be one level off.
CLOSE_ENOUGH = 1e-4
ONE_LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`furthest` is the largest difference of two values in levels of 255; `mean` is that of the
    least alike picture, in parts of the full range; `equal` counts the pictures without any."""

    pictures: int
    equal: int
    furthest: int
    mean: float

    @property
    def same(self) -> bool:
        """Bit for bit."""
        return self.equal == self.pictures

    @property
    def close(self) -> bool:
        return self.furthest <= ONE_LEVEL and self.mean <= CLOSE_ENOUGH


def likeness(ours: Sequence[bytes], others: Sequence[bytes]) -> Likeness:
    """Of each picture and the other one of the same job, as PNG files."""
    differences = [_difference(*pair) for pair in zip(ours, others, strict=True)]
    if not differences:
        raise ValueError("there are no pictures to compare")
    return Likeness(
        pictures=len(differences),
        equal=sum(not difference.any() for difference in differences),
        furthest=max(int(difference.max()) for difference in differences),
        mean=max(float(difference.mean()) / 255 for difference in differences),
    )


def _difference(one: bytes, other: bytes) -> np.ndarray:
    values, others = (np.asarray(Image.open(BytesIO(png))).astype(np.int16) for png in (one, other))
    if values.shape != others.shape:
        # No value is like any: the other picture is one of another size.
        return np.full(values.shape, 255, dtype=np.int16)
    difference: np.ndarray = np.abs(values - others)
    return difference
