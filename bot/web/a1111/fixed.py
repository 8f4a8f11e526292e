"""Fixed: settings of A1111 that are as they are here, whoever asks."""

from collections.abc import Mapping
from typing import Any

from bot.web.wrong import shown

FIXED: Mapping[str, Any] = {
    # Elsewhere the SHA-256 of a file; a program that looks for it finds nothing, not somebody
    # else's model.
    "sd_checkpoint_hash": "",
    "sd_vae": "Automatic",
    "CLIP_stop_at_last_layers": 1,
    "samples_format": "png",
    "grid_format": "png",
    "enable_pnginfo": True,
    "save_txt": False,
    "live_previews_enable": True,
    "show_progress_every_n_steps": 1,
    "show_progress_type": "Approx cheap",
    "face_restoration": False,
    "face_restoration_model": None,
    "eta_noise_seed_delta": 0,
    "img2img_color_correction": False,
    "img2img_background_color": "#ffffff",
    "send_seed": True,
}
ALSO: Mapping[str, frozenset[object]] = {
    "sd_vae": frozenset({"None", ""}),
    "face_restoration_model": frozenset({"None", ""}),
}
"""What means the same to them."""
MENDS: Mapping[str, str] = {
    "CLIP_stop_at_last_layers": "Send it with each request, in override_settings.",
    "samples_format": "Pictures are PNG at this API; /v1/images has JPEG and WebP.",
    "sd_vae": "A model is painted with its own.",
}


def otherwise(settings: Mapping[str, Any]) -> list[str]:
    """Names of settings that would be other than they are. What is null is not said."""
    return [
        name
        for name, value in settings.items()
        if name in FIXED
        and value is not None
        and value != FIXED[name]
        and not (isinstance(value, str) and value in ALSO.get(name, ()))
    ]


def refusal(name: str, value: object) -> str:
    mend = MENDS.get(name, "Leave it out.")
    return f"{name} is {shown(FIXED[name])} here for everybody, and not {shown(value)}. {mend}"
