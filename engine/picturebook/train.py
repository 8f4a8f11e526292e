"""Makes picturebook from nothing, part by part; started again, it goes on where it stopped.

python -m engine.picturebook.train --work picturebook-work --minutes 120
"""

import argparse
import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from engine.picturebook import text, unet, vae
from engine.picturebook.recipe import sampler
from engine.picturebook.tokenizer import make_tokenizer

log = logging.getLogger(__name__)

# What the catalogue should offer where a request leaves it open.
LIKES = {"largest": 256, "steps": 20, "guidance": 5.0, "sampler": "DPM++ 2M"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """How long each part is taught; none leaves it as it is."""

    vae: float
    text: float
    unet: float
    polish: float


def export(
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
        unet=denoiser.to(memory_format=torch.contiguous_format),
        scheduler=sampler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.to(torch.float16).save_pretrained(folder, safe_serialization=True)
    pipe.to(torch.float32)
    (folder / "card.json").write_text(json.dumps(LIKES, indent=1) + "\n")
    # Readers older than transformers 5 want the two files that it no longer writes.
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(tokenizer_folder / name, folder / "tokenizer" / name)


def train(work: Path, target: Path, *, minutes: Minutes, bank_size: int) -> None:
    """Each part is taught once and kept in `work`; the denoiser and the decoder go on learning."""
    torch.set_num_threads(1)
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "vae").exists():
        vae.teach(minutes.vae, work, bank=min(bank_size, 9_000))
    if not (work / "text_encoder").exists():
        text.teach(minutes.text, work, make_tokenizer(work))
    coder = AutoencoderKL.from_pretrained(work / "vae").eval().requires_grad_(False)
    encoder = CLIPTextModel.from_pretrained(work / "text_encoder").eval().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
    pupil = unet.Pupil(work / "unet.pt")
    if minutes.unet > 0:
        log.info("drawing %d pictures", bank_size)
        # Another seed at each start, so that a longer training sees more pictures.
        bank = unet.make_bank(bank_size, coder, encoder, tokenizer, seed=1000 + pupil.steps)
        unet.teach(minutes.unet, pupil, bank)
    if minutes.polish > 0:
        coder = vae.polish(minutes.polish, work, bank=min(bank_size, 4_000))
    export(
        target,
        coder=coder,
        encoder=encoder,
        tokenizer_folder=work / "tokenizer",
        denoiser=pupil.average,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("picturebook-work"))
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "weights")
    parser.add_argument(
        "--minutes", type=float, default=120, help="for the denoiser; 0 writes what it knows so far"
    )
    parser.add_argument("--vae-minutes", type=float, default=14)
    parser.add_argument("--polish-minutes", type=float, default=10)
    parser.add_argument("--text-minutes", type=float, default=3)
    parser.add_argument("--bank", type=int, default=40_000, help="pictures to learn from")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    minutes = Minutes(
        vae=chosen.vae_minutes,
        text=chosen.text_minutes,
        unet=chosen.minutes,
        polish=chosen.polish_minutes,
    )
    train(chosen.work, chosen.to, minutes=minutes, bank_size=chosen.bank)


if __name__ == "__main__":
    main()
