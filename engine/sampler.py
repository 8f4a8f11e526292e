"""The samplers by the names that people know, as data; `engine.gpu.samplers` builds them."""

from dataclasses import dataclass, field
from types import MappingProxyType

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """A name, the diffusers class behind it, and that class's options."""

    name: str
    scheduler: str
    options: MappingProxyType[str, object] = field(default_factory=lambda: MappingProxyType({}))


def _sampler(name: str, scheduler: str, **options: object) -> Sampler:
    return Sampler(name=name, scheduler=scheduler, options=MappingProxyType(options))


SAMPLERS = {
    sampler.name: sampler
    for sampler in (
        _sampler("Euler", "EulerDiscreteScheduler"),
        _sampler("Euler a", "EulerAncestralDiscreteScheduler"),
        _sampler("DPM++ 2M", "DPMSolverMultistepScheduler"),
        _sampler("DPM++ 2M Karras", "DPMSolverMultistepScheduler", use_karras_sigmas=True),
        _sampler("UniPC", "UniPCMultistepScheduler"),
        _sampler("DDIM", "DDIMScheduler", clip_sample=False, set_alpha_to_one=False),
        _sampler("LCM", "LCMScheduler", clip_sample=False, set_alpha_to_one=False),
    )
}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower().replace("++", "pp") if letter.isalnum())


_BY_PLAIN_NAME = {_plain(name): sampler for name, sampler in SAMPLERS.items()}


def sampler_named(name: str) -> Sampler:
    """The sampler of that name, in any spelling of case, spaces and underscores."""
    found = _BY_PLAIN_NAME.get(_plain(name))
    if found is None:
        raise InvalidRequest(f"I know no sampler “{name}”. {did_you_mean(name, SAMPLERS)}")
    return found
