"""Has picturebook paint the examination, prints the score, and stores it beside the weights.

python -m engine.picturebook.check --write --sheet docs/picturebook.png
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from PIL import Image

from engine.picturebook.exam import BATCH, GOALS, LANDING, Paint, Score, examine, questions
from engine.picturebook.sheet import SHOWN, contact_sheet
from engine.sampler import sampler_named

WEIGHTS = Path(__file__).parent / "weights"
SCORE_FILE = "score.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How the examination is painted."""

    steps: int = 20
    guidance: float = 5.0
    sampler: str = "DPM++ 2M"


RECIPE = Recipe()


def open_painter(weights: Path, *, recipe: Recipe = RECIPE, threads: int = 1) -> Paint:
    """Load the weights into the stock pipeline."""
    # torch takes seconds to import, and pictures can be judged without it.
    import diffusers
    import torch

    torch.set_num_threads(threads)
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(
        weights, dtype=torch.float32, local_files_only=True
    )
    sampler = sampler_named(recipe.sampler)
    scheduler = getattr(diffusers, sampler.scheduler)
    pipe.scheduler = scheduler.from_config(pipe.scheduler.config, **sampler.options)
    pipe.set_progress_bar_config(disable=True)

    def paint(asked: Sequence[tuple[str, int]]) -> Sequence[Image.Image]:
        made: list[Image.Image] = pipe(
            [prompt for prompt, _ in asked],
            num_inference_steps=recipe.steps,
            guidance_scale=recipe.guidance,
            generator=[torch.Generator().manual_seed(seed) for _, seed in asked],
        ).images
        return made

    return paint


def digest(weights: Path) -> str:
    """Changes with every byte and name of the weights and their configuration."""
    files = [path for end in ("safetensors", "json") for path in weights.rglob(f"*.{end}")]
    named = sorted((path.relative_to(weights).as_posix(), path) for path in files)
    whole = sha256()
    for name, path in named:
        if name != SCORE_FILE:
            whole.update(f"{name}\0".encode())
            whole.update(sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def report(score: Score, weights: Path, *, recipe: Recipe, prompts: int, day: date) -> str:
    """What score.json holds."""
    told = {
        "shares": {name: round(share, 4) for name, share in score.shares().items()},
        "right_of_asked": score.marks,
        "prompts": prompts,
        "recipe": asdict(recipe),
        "date": day.isoformat(),
        "weights": digest(weights),
    }
    return json.dumps(told, indent=2) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs="?", default=WEIGHTS)
    parser.add_argument("--write", action="store_true", help="store the score beside the weights")
    parser.add_argument("--json", type=Path, metavar="FILE", help="store the score in this file")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="paint a contact sheet as well")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date())
    chosen = parser.parse_args(arguments)
    if not (chosen.weights / "model_index.json").is_file():
        parser.error(
            f"There are no weights in {chosen.weights}. Train them or name another folder."
        )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asked = questions()
    paint = open_painter(chosen.weights, threads=chosen.threads)
    score = examine(paint, asked)
    sys.stdout.write(f"{score.table()}\n{_conclusion(score)}\n")
    told = report(score, chosen.weights, recipe=RECIPE, prompts=len(asked), day=chosen.date)
    if chosen.write:
        (chosen.weights / SCORE_FILE).write_text(told, encoding="utf-8")
    if chosen.json:
        chosen.json.write_text(told, encoding="utf-8")
    if chosen.sheet:
        pictures = [
            picture
            for start in range(0, len(SHOWN), BATCH)
            for picture in paint(SHOWN[start : start + BATCH])
        ]
        contact_sheet(list(zip(pictures, [prompt for prompt, _ in SHOWN], strict=True))).save(
            chosen.sheet
        )


def _conclusion(score: Score) -> str:
    if score.reaches(GOALS):
        return "The goal is reached."
    if score.reaches(LANDING):
        return "Good enough to ship; the goal is not reached yet."
    return "Not good enough to ship yet."


if __name__ == "__main__":
    main()
