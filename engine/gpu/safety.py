"""Safety: looks at every finished picture before anybody else does.

It sees what was painted, not what people bring: sources, masks and references are not checked.
"""

import logging
from collections.abc import Mapping
from math import isfinite

import torch
from PIL import Image

from engine.errors import PaintingFailed, Unsafe
from engine.gpu.checker import Checker, open_checker
from engine.gpu.device import ran_out_of_memory
from engine.safety import Measure, Policy, stricter

log = logging.getLogger(__name__)

# The pixels of the longer side that are left of a blurred picture: colours, and no outlines.
LEFT = 6


class Safety:
    """Belongs to the thread that owns the device. A picture costs one forward of the checker."""

    def __init__(self, policy: Policy, checker: Checker) -> None:
        self._policy = policy
        self._checker = checker
        self._unsafe = policy.unsafe_labels(checker.labels)

    @torch.inference_mode()
    def looked(
        self, picture: Image.Image, wanted: Measure | None = None
    ) -> tuple[Image.Image, tuple[str, ...]]:
        """The picture as it may be shown, and what must be said with it.

        `wanted` is the measure of where it was asked for, which counts where it is stricter.
        Raises Unsafe where it may not be shown, and PaintingFailed where that is not known.
        Running out of memory is raised as it is, for whoever can make room and ask again.
        """
        measure = stricter(self._policy.measure, wanted)
        if measure == "off":
            return picture, ()
        verdict = self._policy.judged(
            self._scores(picture), self._unsafe, exclusive=self._checker.exclusive
        )
        if not verdict.unsafe:
            return picture, ()
        match measure:
            case "mark":
                return picture, (f"Marked as unsafe: {verdict.reason}.",)
            case "blur":
                return _blurred(picture), (f"Blurred as unsafe: {verdict.reason}.",)
            case _:
                raise Unsafe(
                    "The finished picture was taken for unsafe ({reason}), so it is not shown. Try "
                    "other words or another seed.",
                    reason=verdict.reason,
                )

    def _scores(self, picture: Image.Image) -> Mapping[str, float]:
        problem: Exception | None = None
        scores: Mapping[str, float] = {}
        try:
            scores = self._checker.scores(picture.copy())
        except torch.AcceleratorError:
            raise  # the card itself is in disorder
        except Exception as error:
            if ran_out_of_memory(error):
                raise
            problem = error
        # What is no number, after an overflow, would pass as less than any threshold.
        if scores and all(map(isfinite, scores.values())):
            return scores
        log.error("the safety model gave no verdict: %s", scores, exc_info=problem)
        raise PaintingFailed(
            "The safety model could not look at the finished picture, so it is not shown. "
            "Try again; the log has the details."
        )


def open_safety(policy: Policy, device: torch.device) -> Safety | None:
    """None where there is no model for it. Raises BadModel where that cannot be used.

    Also where the policy is off: servers may want their pictures looked at.
    """
    if policy.model is None:
        return None
    return Safety(policy, open_checker(policy.model, device))


def _blurred(picture: Image.Image) -> Image.Image:
    """Enlarged from a handful of pixels, so that nothing can bring the rest back."""
    scale = LEFT / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    few = picture.convert("RGB").resize((width, height), Image.Resampling.BOX)
    return few.resize(picture.size, Image.Resampling.BICUBIC)
