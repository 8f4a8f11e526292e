"""Makes picturebook, part by part; started again, it goes on where it stopped.

From nothing, in about three hours on one core:
    python -m engine.picturebook.train --work picturebook-work --minutes 120

Further from the weights that ship, on an NVIDIA card where there is one:
    python -m engine.picturebook.train --work picturebook-work --from engine/picturebook/weights

What comes out is in `picturebook-work/weights`. Have it judged by `engine.picturebook.check`
before it takes the place of what ships.
"""

import argparse
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from engine.picturebook import text, unet, vae
from engine.picturebook.check import RECIPE
from engine.picturebook.parts import sampler
from engine.picturebook.tokenizer import make_tokenizer
from engine.picturebook.world import known_words

log = logging.getLogger(__name__)

# What the catalogue should offer where a request leaves it open: what it is judged by.
LIKES = {"largest": 256, **asdict(RECIPE), "knows": known_words()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """How long each part is taught; none leaves it as it is."""

    vae: float
    text: float
    unet: float
    polish: float


def train(work: Path, *, minutes: Minutes, bank_size: int, begin: Path | None = None) -> Path:
    """Each part is taught once and kept in `work`; the denoiser and the decoder go on learning.

    `begin` are weights to begin with instead of with nothing.
    """
    torch.set_num_threads(1)
    work.mkdir(parents=True, exist_ok=True)
    if begin is not None:
        for part in ("vae", "text_encoder", "tokenizer"):
            _once(work / part, lambda new, part=part: shutil.copytree(begin / part, new))  # type: ignore[misc]  # mypy cannot type such a lambda
    _once(work / "vae", lambda new: vae.teach(minutes.vae, new, bank=min(bank_size, 9_000)))
    _once(work / "tokenizer", make_tokenizer)
    tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
    _once(work / "text_encoder", lambda new: text.teach(minutes.text, new, tokenizer))
    coder = AutoencoderKL.from_pretrained(work / "vae").eval().requires_grad_(False)
    encoder = CLIPTextModel.from_pretrained(work / "text_encoder").eval().requires_grad_(False)
    pupil = unet.Pupil(work / "unet.pt", begin=begin / "unet" if begin else None)
    if minutes.unet > 0:
        log.info("drawing %d pictures", bank_size)
        # Another seed at each start, so that a longer training sees more pictures.
        bank = unet.make_bank(bank_size, coder, encoder, tokenizer, seed=1000 + pupil.steps)
        unet.teach(minutes.unet, pupil, bank)
    if minutes.polish > 0:
        coder = vae.polish(minutes.polish, work / "vae", bank=min(bank_size, 4_000))
    _export(
        work / "weights",
        coder=coder,
        encoder=encoder,
        tokenizer_folder=work / "tokenizer",
        denoiser=pupil.average,
    )
    return work / "weights"


def _once(folder: Path, make: Callable[[Path], object]) -> None:
    """Made under another name and renamed: what is there is whole."""
    if folder.exists():
        return
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    make(new)
    new.rename(folder)


def _export(
    folder: Path,
    *,
    coder: AutoencoderKL,
    encoder: CLIPTextModel,
    tokenizer_folder: Path,
    denoiser: UNet2DConditionModel,
) -> None:
    """Write the pipeline as diffusers reads it, in half precision and safetensors."""
    pipe = StableDiffusionPipeline(
        vae=coder,
        text_encoder=encoder,
        tokenizer=CLIPTokenizer.from_pretrained(tokenizer_folder),
        unet=denoiser.to("cpu", memory_format=torch.contiguous_format),
        scheduler=sampler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    shutil.rmtree(folder, ignore_errors=True)
    pipe.to(torch.float16).save_pretrained(folder, safe_serialization=True)
    pipe.to(torch.float32)
    (folder / "card.json").write_text(json.dumps(LIKES, indent=1) + "\n")
    for file in folder.glob("*/config.json"):
        # Where the part lay on this machine says nothing elsewhere.
        kept = {key: value for key, value in _read(file).items() if key != "_name_or_path"}
        file.write_text(json.dumps(kept, indent=2) + "\n")
    # Readers older than transformers 5 want the two files that it no longer writes.
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(tokenizer_folder / name, folder / "tokenizer" / name)


def _read(file: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads(file.read_text())
    return content


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=Path("picturebook-work"))
    parser.add_argument("--from", type=Path, dest="begin", help="weights to begin with")
    parser.add_argument("--minutes", type=float, default=120, help="for the denoiser")
    parser.add_argument("--vae-minutes", type=float, default=20)
    parser.add_argument("--text-minutes", type=float, default=3)
    parser.add_argument("--polish-minutes", type=float, default=10)
    parser.add_argument("--bank", type=int, default=40_000, help="pictures to learn from")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    minutes = Minutes(
        vae=chosen.vae_minutes,
        text=chosen.text_minutes,
        unet=chosen.minutes,
        polish=chosen.polish_minutes,
    )
    folder = train(chosen.work, minutes=minutes, bank_size=chosen.bank, begin=chosen.begin)
    log.info("written to %s", folder)


if __name__ == "__main__":
    main()
